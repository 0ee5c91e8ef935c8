/**
 * The differ: two catalogs in, changes out. It knows no kind of object: entries are compared by key, attributes by
 * value. What a change means in SQL is `core/kinds`' business.
 */
import type { Catalog } from '../model/catalog.ts';
import type { Change } from '../model/change.ts';
import type { Value } from '../model/entry.ts';
import type { Key } from '../model/id.ts';

/**
 * @param among the only keys in which the two can differ; default: all.
 * @returns what turns `from` into `to`, in the order of the keys. Equal catalogs give none.
 */
export function diff(from: Catalog, to: Catalog, among?: Iterable<Key>): Change[] {
  const changes: Change[] = [];
  const some = among === undefined ? undefined : [...new Set(among)].sort();
  for (const key of some ?? from.entries.keys()) {
    const entry = from.entries.get(key);
    if (entry === undefined) continue;
    const after = to.entries.get(key);
    if (after === undefined) {
      changes.push({ op: 'drop', entry });
      continue;
    }
    const names = new Set([...Object.keys(entry.attrs), ...Object.keys(after.attrs)]);
    for (const attr of names) {
      const [before, now] = [entry.attrs[attr] ?? null, after.attrs[attr] ?? null];
      if (!equal(before, now)) changes.push({ op: 'alter', id: entry.id, attr, from: before, to: now });
    }
  }
  for (const key of some ?? to.entries.keys()) {
    const entry = to.entries.get(key);
    if (entry !== undefined && !from.entries.has(key)) changes.push({ op: 'create', entry });
  }
  return changes;
}

/** Whether two attribute values are the same; the order of an object's names does not matter. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((value, at) => equal(value as Value, b[at] as Value));
  }
  const [left, right] = [a as { [name: string]: Value }, b as { [name: string]: Value }];
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => name in right && equal(left[name]!, right[name]!));
}
