// How reading and planning grow with the database, up to 10,000 tables, against pg_dump. Bundles the runner, which is TypeScript, and runs it.
import { build } from 'esbuild';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const outdir = `${root}node_modules/.cache/dbctl/scale`;
await build({
  entryPoints: [`${root}bench/scale/run.ts`, `${root}bench/scale/read.ts`],
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  define: { 'import.meta.url': JSON.stringify(pathToFileURL(`${root}test/support/pg-dump.ts`).href) },
  logLevel: 'warning',
});
process.argv[2] = `${outdir}/read.mjs`;
await import(pathToFileURL(`${outdir}/run.mjs`).href);
