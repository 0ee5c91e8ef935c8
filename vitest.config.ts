import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // The end-to-end tests run the built program: it is built once, from what is being tested.
    globalSetup: ['test/support/build.ts'],
    // Real servers start in these tests: two at a time suit a small machine, and none is cut short.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    restoreMocks: true,
    reporters: ['default', ['json', { outputFile: 'node_modules/.cache/dbctl/tests.json' }]],
  },
});
