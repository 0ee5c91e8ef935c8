/**
 * The differ: two catalogs in, changes out. It knows no kind of object: entries are compared by key, attributes by
 * value. What a change means in SQL is `core/kinds`' business.
 */
import { type Catalog, closedBundles, loose, openBundles } from '../model/catalog.ts';
import { isSame } from '../model/entry-map.ts';
import type { Change } from '../model/change.ts';
import type { Entry, Value } from '../model/entry.ts';
import type { Key } from '../model/id.ts';

/**
 * @param among the only keys in which the two can differ; default: all.
 * @returns what turns `from` into `to`, in the order of the keys. Equal catalogs give none.
 */
export function diff(from: Catalog, to: Catalog, among?: Iterable<Key>): Change[] {
  const only = among === undefined ? undefined : new Set(among);
  if (only === undefined) openWhatDiffers(from, to);
  const changed = new Map<Key, Change[]>();
  for (const [key, entry] of only === undefined ? loose(from) : entriesAt(from, only)) {
    const after = to.entries.get(key);
    if (after === undefined) changed.set(key, [{ op: 'drop', entry }]);
    else if (after.attrs !== entry.attrs) {
      const alters = altersOf(entry, after);
      if (alters.length > 0) changed.set(key, alters);
    }
  }
  const created = new Map<Key, Change[]>();
  for (const [key, entry] of only === undefined ? loose(to) : entriesAt(to, only))
    if (!from.entries.has(key)) created.set(key, [{ op: 'create', entry }]);
  return [changed, created].flatMap((changes) =>
    [...changes.keys()].sort().flatMap((key) => changes.get(key)!),
  );
}

/** Bundles that are closed on both sides, and the same, hold no difference. */
function openWhatDiffers(from: Catalog, to: Catalog): void {
  const [left, right] = [closedBundles(from), closedBundles(to)];
  const differing = new Set<Key>();
  left.forEach(({ on }, layer) => {
    for (const [key, { texts }] of on)
      if (!isSame(texts, right[layer]?.on.get(key)?.texts)) differing.add(key);
  });
  right.forEach(({ on }, layer) => {
    for (const key of on.keys()) if (!left[layer]?.on.has(key)) differing.add(key);
  });
  for (const on of differing) {
    openBundles(from, on);
    openBundles(to, on);
  }
}

function* entriesAt({ entries }: Catalog, keys: Iterable<Key>): Iterable<[Key, Entry]> {
  for (const key of keys) {
    const entry = entries.get(key);
    if (entry !== undefined) yield [key, entry];
  }
}

function altersOf({ id, attrs }: Entry, { attrs: after }: Entry): Change[] {
  const alters: Change[] = [];
  const compare = (attr: string) => {
    const [from, to] = [attrs[attr] ?? null, after[attr] ?? null];
    if (!equal(from, to)) alters.push({ op: 'alter', id, attr, from, to });
  };
  for (const attr of Object.keys(attrs)) compare(attr);
  for (const attr of Object.keys(after)) if (!(attr in attrs)) compare(attr);
  return alters;
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
