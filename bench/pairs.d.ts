export function timeProcess(command: string, args: readonly string[], expected?: readonly number[]): number;
export function pairs(
  runs: number,
  ours: () => number | Promise<number>,
  theirs: () => number | Promise<number>,
): Promise<{ ours: number; theirs: number; ratio: number }>;
export function median(values: readonly number[]): number;
