import { pushTo } from '../model/push-to.ts';

/** @returns the items in groups of equal keys, groups and items in the order in which they came. */
export function groupBy<T>(items: Iterable<T>, key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) pushTo(groups, key(item), item);
  return [...groups.values()];
}
