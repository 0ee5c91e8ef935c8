/** Where random tests begin. */
import { spawnSync } from 'node:child_process';

/** @returns a seed that is the commit's: its run can be repeated anywhere, and each commit tries others. Outside a repository it is by chance. */
export function seedOfCommit(): number {
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' });
  return status === 0 ? Number.parseInt(stdout.slice(0, 7), 16) : Math.floor(Math.random() * 2 ** 28);
}
