// Makes programs out of TypeScript that is not part of dbctl: tests and benchmarks that run by themselves.
import { build } from 'esbuild';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * @param {readonly string[]} entryPoints relative to the root, all in one folder
 * @param {string} name of the folder under the cache
 * @returns {Promise<string>} the folder with the programs, each `<entry point's name>.mjs`
 */
export async function bundle(entryPoints, name) {
  const outdir = `${root}node_modules/.cache/dbctl/${name}`;
  await build({
    entryPoints: entryPoints.map((entry) => `${root}${entry}`),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    // What finds files beside itself finds them where it is written.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(`${root}test/support/pg-dump.ts`).href) },
    logLevel: 'warning',
  });
  return outdir;
}
