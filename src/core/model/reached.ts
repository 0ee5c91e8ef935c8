/** @returns what is reached from one by any number of steps, itself included, nearest first. */
export function reachedFrom<T>(start: T, next: (from: T) => Iterable<T>): ReadonlySet<T> {
  const found = new Set([start]);
  // A set is walked in the order of insertion, and takes in what is added on the way.
  for (const each of found) for (const other of next(each)) found.add(other);
  return found;
}
