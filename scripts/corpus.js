// `npm run corpus -- <folder>`: bundles the runner, which is TypeScript, and runs it.
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.js';

const folder = await bundle(['test/corpus/run.ts'], 'corpus');
await import(pathToFileURL(`${folder}/run.mjs`).href);
