/**
 * Changes → complete changes: what cannot be altered becomes drop and create together with everything that
 * depends on it, and what comes into being by itself (an owner's privileges) is told apart from what must be said.
 */
import { kindOf } from '../kinds/kinds.ts';
import type { Draft, Sides } from '../kinds/kind.ts';
import { edgeIndex } from '../model/catalog.ts';
import type { Alter, Change } from '../model/change.ts';
import type { Entry } from '../model/entry.ts';
import { type Key, keyOf } from '../model/id.ts';

export interface Expanded {
  readonly creates: Map<Key, Entry>;
  readonly drops: Map<Key, Entry>;
  /** The drafts of each altered entry. */
  readonly alters: Map<Key, readonly Draft[]>;
}

/** @param changes as `diff(from, to)` gives them. */
export function expand(changes: readonly Change[], sides: Sides): Expanded {
  const creates = new Map<Key, Entry>();
  const drops = new Map<Key, Entry>();
  const altered = new Map<Key, Alter[]>();
  for (const change of changes) {
    if (change.op === 'create') creates.set(keyOf(change.entry.id), change.entry);
    else if (change.op === 'drop') drops.set(keyOf(change.entry.id), change.entry);
    else {
      const key = keyOf(change.id);
      const list = altered.get(key);
      if (list === undefined) altered.set(key, [change]);
      else list.push(change);
    }
  }
  const alters = new Map<Key, readonly Draft[]>();
  const replace = (key: Key): void => {
    const [before, after] = [sides.from.entries.get(key), sides.to.entries.get(key)];
    if (before === undefined || drops.has(key)) return;
    drops.set(key, before);
    if (after !== undefined) creates.set(key, after);
    alters.delete(key);
  };
  for (const [key, list] of altered) {
    const [before, after] = [sides.from.entries.get(key)!, sides.to.entries.get(key)!];
    const drafts = kindOf(before.id).alter(list, before, after, sides);
    if (drafts === 'replace') replace(key);
    else alters.set(key, drafts);
  }
  for (const key of [...creates.keys(), ...altered.keys(), ...drops.keys()])
    for (const entry of [sides.from.entries.get(key), sides.to.entries.get(key)]) {
      const other = entry && kindOf(entry.id).replaces?.(entry);
      if (other === undefined || !sides.to.entries.has(keyOf(other))) continue;
      // A dropped expression alone (DROP EXPRESSION) keeps the column.
      if (!sides.to.entries.has(key) && entry === sides.from.entries.get(key)) continue;
      replace(keyOf(other));
    }
  // Everything that hangs on what goes, goes with it, and comes again if it is wanted; what is altered lets go by itself.
  const dependents = edgeIndex(sides.from).byReferenced;
  const gone = [...drops.keys()];
  for (let key = gone.pop(); key !== undefined; key = gone.pop())
    for (const { dependent } of dependents.get(key) ?? []) {
      const letsGo = alters.has(dependent) && !creates.has(key);
      // A table outlives what it was a partition of: it is detached, never made anew.
      if (letsGo || drops.has(dependent) || sides.from.entries.get(dependent)?.id.kind === 'table') continue;
      replace(dependent);
      gone.push(dependent);
      // A generated column comes again only with its column.
      const entry = sides.from.entries.get(dependent);
      const whole = entry && kindOf(entry.id).replaces?.(entry);
      if (whole === undefined || drops.has(keyOf(whole)) || !creates.has(dependent)) continue;
      replace(keyOf(whole));
      gone.push(keyOf(whole));
    }
  return { creates, drops, alters };
}
