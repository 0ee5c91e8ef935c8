/**
 * A type takes another's place in one step, whosever the columns that hold it are: half of it is a state that no catalog
 * tells of, and has no way back.
 */
import type { Catalog } from '../model/catalog.ts';
import { type Id, type Key, keyOf } from '../model/id.ts';
import type { Statement } from '../model/statement.ts';

/** What statements about an entry go with, by key: a type that is swapped, and the same one for all that must be one step. */
export type Together = ReadonlyMap<Key, Id>;

/** @param parts for each type that is swapped, what changes with it: its columns, the types made of it, what is said of it. */
export function together(parts: ReadonlyMap<Key, readonly Key[]>, of: Catalog): Together {
  const above = new Map<Key, Key>();
  const leaderOf = (key: Key): Key => {
    const next = above.get(key);
    return next === undefined ? key : leaderOf(next);
  };
  for (const [type, own] of parts)
    for (const key of own) {
      const [one, other] = [leaderOf(type), leaderOf(key)];
      if (one !== other) above.set(other, one);
    }
  const types = [...parts.keys()].sort();
  const keys = new Set([...parts].flatMap(([type, own]) => [type, ...own]));
  return new Map(
    [...keys].map((key): [Key, Id] => {
      const head = types.find((type) => leaderOf(type) === leaderOf(key))!;
      return [key, of.entries.get(head)!.id];
    }),
  );
}

/** @returns for each statement, by position, those that must come before it: those of one step wait for what any of them waits for. */
export function inOneStep(
  statements: readonly { readonly about: Id; readonly statement: Statement; readonly unit?: string }[],
  before: readonly ReadonlySet<number>[],
  headOf: Together,
): readonly ReadonlySet<number>[] {
  if (headOf.size === 0) return before;
  const groups = new Map<Key, Set<number>>();
  statements.forEach(({ about, statement, unit }, at) => {
    const head = headOf.get(keyOf(about));
    if (head === undefined || unit !== undefined || statement.transaction === 'outside') return;
    const key = keyOf(head);
    groups.set(key, (groups.get(key) ?? new Set()).add(at));
  });
  const after = before.map((set) => new Set(set));
  for (const members of groups.values()) {
    const others = new Set([...members].flatMap((at) => [...after[at]!]).filter((at) => !members.has(at)));
    const first = [...members].filter((at) => ![...after[at]!].some((each) => members.has(each)));
    for (const other of others)
      if (!waitsFor(other, members, after)) for (const at of first) after[at]!.add(other);
  }
  return after;
}

/** Whether a statement waits for one of these, if only by others. */
function waitsFor(
  start: number,
  these: ReadonlySet<number>,
  before: readonly ReadonlySet<number>[],
): boolean {
  const seen = new Set([start]);
  const queue = [start];
  for (let at = queue.pop(); at !== undefined; at = queue.pop())
    for (const each of before[at]!) {
      if (these.has(each)) return true;
      if (!seen.has(each)) {
        seen.add(each);
        queue.push(each);
      }
    }
  return false;
}
