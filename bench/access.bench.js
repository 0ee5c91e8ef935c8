// How long drift, the matrix and the answers about access take on 10,000 tables and 220 roles, against one query that fetches every ACL. Bundles the runner, which is TypeScript, and runs it.
import { pathToFileURL } from 'node:url';
import { bundle } from '../scripts/bundle.js';

const folder = await bundle(['bench/access/run.ts', 'bench/access/acls.ts'], 'access');
process.argv[2] = `${folder}/acls.mjs`;
await import(pathToFileURL(`${folder}/run.mjs`).href);
