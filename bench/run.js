// `npm run bench`: every benchmark, each against its peer or its physical limit in the same run.
import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';

const only = process.argv.slice(2);
const names = (await readdir(new URL('.', import.meta.url)))
  .filter((name) => name.endsWith('.bench.js'))
  .filter((name) => only.length === 0 || only.some((wanted) => name.startsWith(wanted)))
  .sort();
let failed = false;
for (const name of names) {
  console.log(`\n${name}`);
  const { status } = spawnSync(process.execPath, [new URL(name, import.meta.url).pathname], {
    stdio: 'inherit',
  });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
