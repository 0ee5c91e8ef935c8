// How reading and planning grow with the database, up to 10,000 tables, against pg_dump. Bundles the runner, which is TypeScript, and runs it.
import { pathToFileURL } from 'node:url';
import { bundle } from '../scripts/bundle.js';

const folder = await bundle(['bench/scale/run.ts', 'bench/scale/read.ts'], 'scale');
process.argv[2] = `${folder}/read.mjs`;
await import(pathToFileURL(`${folder}/run.mjs`).href);
