// `npm run corpus -- <folder>`: bundles the runner, which is TypeScript, and runs it.
import { build } from 'esbuild';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = `${root}node_modules/.cache/dbctl/corpus.mjs`;
await build({
  entryPoints: [`${root}test/corpus/run.ts`],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  define: { 'import.meta.url': JSON.stringify(pathToFileURL(`${root}test/support/pg-dump.ts`).href) },
  logLevel: 'warning',
});
await import(pathToFileURL(outfile).href);
