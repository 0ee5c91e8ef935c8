// How long `dbctl --version` takes, against Node doing nothing: the floor under every command.
import { fileURLToPath } from 'node:url';
import { pairs, timeProcess } from './pairs.js';

const program = fileURLToPath(new URL('../bin/dbctl.js', import.meta.url));
const result = await pairs(
  31,
  () => timeProcess(process.execPath, [program, '--version']),
  () => timeProcess(process.execPath, ['-e', '0']),
);
console.log(
  `dbctl --version ${result.ours.toFixed(1)} ms, node -e 0 ${result.theirs.toFixed(1)} ms: ${result.ratio.toFixed(2)} times (limit 1.5)`,
);
if (result.ratio > 1.5) process.exitCode = 1;
