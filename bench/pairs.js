// Paired timing: A B A B …, so that a machine that gets slower gets slower for both.
import { spawnSync } from 'node:child_process';

/** @param expected exit statuses. @returns the milliseconds that a whole process takes. Throws when it fails: a time for nothing is no time. */
export function timeProcess(command, args, expected = [0]) {
  const began = performance.now();
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  const took = performance.now() - began;
  if (!expected.includes(status))
    throw new Error(`${command} ${args.join(' ')} exited with ${status}: ${stderr}`);
  return took;
}

/** Runs both in turn after one warm-up each. @returns the medians in milliseconds, and the median of the ratios. */
export async function pairs(runs, ours, theirs) {
  const times = [];
  await ours();
  await theirs();
  for (let run = 0; run < runs; run += 1) times.push([await ours(), await theirs()]);
  return {
    ours: median(times.map(([a]) => a)),
    theirs: median(times.map(([, b]) => b)),
    ratio: median(times.map(([a, b]) => a / b)),
  };
}

/** @returns the middle one of the values, or the mean of the middle two. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2;
}
