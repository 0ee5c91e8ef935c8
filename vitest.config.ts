import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest first, so that both workers end at the same time: before the first run vitest knows sizes only, and these are small. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) =>
      /\/test\/(property|integration\/(convergence|statements))\b/.test(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter((file) => isLong(file)), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // The end-to-end tests run the built program: it is built once, from what is being tested.
    globalSetup: ['test/support/build.ts'],
    // Real servers start in these tests: half as many at a time as the machine has cores, and none is cut short.
    maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    restoreMocks: true,
    reporters: ['default', ['json', { outputFile: 'node_modules/.cache/dbctl/tests.json' }]],
  },
});
