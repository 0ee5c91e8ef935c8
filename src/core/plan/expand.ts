/**
 * Changes → complete changes: what cannot be altered becomes drop and create together with everything that
 * depends on it, and what comes into being by itself (an owner's privileges) is told apart from what must be said.
 */
import { kindOf } from '../kinds/kinds.ts';
import type { Draft, Sides } from '../kinds/kind.ts';
import { edgeIndex } from '../model/catalog.ts';
import type { Alter, Change } from '../model/change.ts';
import type { Entry } from '../model/entry.ts';
import { type Key, isType, keyOf, nameOf } from '../model/id.ts';
import { inputError } from '../model/problem.ts';
import type { Expanded } from './expanded.ts';
import { isLeft } from './attaching.ts';
import { blocksTypeChange, isBelonging, letGo, partOf, swapDrafts } from './swap.ts';

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
  const swapped = new Set<Key>();
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
    else if (drafts === 'swap') swapped.add(key);
    else alters.set(key, drafts);
  }
  for (const key of [...creates.keys(), ...altered.keys(), ...drops.keys()])
    for (const entry of [sides.from.entries.get(key), sides.to.entries.get(key)]) {
      if (entry === undefined || alters.has(key)) continue;
      for (const other of kindOf(entry.id).replaces?.(entry, sides) ?? []) {
        if (!sides.to.entries.has(keyOf(other))) continue;
        if (kindOf(other).swap === undefined) replace(keyOf(other));
        else swapped.add(keyOf(other));
      }
    }
  for (const key of [...creates.keys(), ...altered.keys(), ...drops.keys()]) {
    const { id } = (sides.from.entries.get(key) ?? sides.to.entries.get(key))!;
    for (const other of kindOf(id).makesWay?.(id, sides) ?? []) replace(keyOf(other));
  }
  // Everything that hangs on what goes, goes with it, and comes again if it is wanted; what is altered lets go by itself.
  const dependents = edgeIndex(sides.from).byReferenced;
  const gone = [...drops.keys()];
  const users = (key: Key): Key[] => (dependents.get(key) ?? []).map(({ dependent }) => dependent);
  /** The foreign keys that hang on a key which only includes a column: the server builds that anew, and not them. */
  const byOtherColumns = (column: Key): Key[] => {
    const own = new Set(users(column));
    const keys = [...own].filter((each) => sides.from.entries.get(each)!.id.kind === 'constraint');
    return keys.flatMap(users).filter((each) => {
      const { id, attrs } = sides.from.entries.get(each)!;
      return id.kind === 'constraint' && attrs['type'] === 'f' && !own.has(each);
    });
  };
  const takeAlong = (dependent: Key, key: Key): void => {
    const entry = sides.from.entries.get(dependent)!;
    const letsGo = alters.has(dependent) && !creates.has(key) && !isPartOf(entry, key);
    if (isLeft(sides.from.entries.get(key)!.id, entry, sides)) return;
    const type = sides.from.entries.get(key)!.id;
    // A table outlives what it was a partition of: it is detached, never made anew. A foreign one goes with its server only.
    const outlives =
      entry.id.kind === 'table' || (entry.id.kind === 'foreign-table' && type.kind !== 'foreign-server');
    // A type that makes way needs no drop.
    // What is said of an inherited column is of no type: its parent's column is.
    if (entry.id.kind === 'inherited-column' && type.kind !== 'table' && type.kind !== 'column') return;
    if (letsGo || drops.has(dependent) || outlives || swapped.has(dependent)) return;
    if (entry.id.kind === 'column' && isType(type) && sides.to.entries.has(dependent))
      throw inputError({
        message: `type ${nameOf(type)} ${creates.has(key) ? 'has to be made anew' : 'becomes another kind of type'} while column ${nameOf(entry.id)} holds it`,
        help: 'Give the new type another name.',
      });
    if (kindOf(entry.id).swap !== undefined && sides.to.entries.has(dependent) && isHeld(dependent)) {
      swapType(dependent);
      return;
    }
    replace(dependent);
    gone.push(dependent);
    // A generated column comes again only with its column.
    for (const whole of kindOf(entry.id).replaces?.(entry, sides) ?? []) {
      if (drops.has(keyOf(whole)) || !creates.has(dependent)) continue;
      replace(keyOf(whole));
      gone.push(keyOf(whole));
    }
  };
  /** Whether a column holds it, or another type that a column holds. */
  const isHeld = (key: Key, seen: ReadonlySet<Key> = new Set()): boolean =>
    !seen.has(key) &&
    (dependents.get(key) ?? []).some(({ dependent }) => {
      const { id } = sides.from.entries.get(dependent)!;
      return (
        id.kind === 'column' || (kindOf(id).swap !== undefined && isHeld(dependent, new Set([...seen, key])))
      );
    });
  const releases = new Map<Key, Key[]>();
  const swapType = (key: Key): void => {
    if (creates.has(key)) return;
    swapped.add(key);
    renew(key);
    const type = sides.from.entries.get(key)!.id;
    for (const { dependent } of dependents.get(key) ?? []) {
      const part = partOf(sides.from.entries.get(dependent)!, type, sides);
      const isDropped = drops.has(dependent) || !sides.to.entries.has(dependent);
      if (part === 'swapped' && !isDropped) swapType(dependent);
      else if (part === 'swapped') release(dependent, key);
      // Where it goes, it goes before the old type does.
      if (part === 'converted') release(dependent, key);
      if (part === 'converted')
        for (const blocking of [...users(dependent), ...byOtherColumns(dependent)]) {
          if (!blocksTypeChange(sides.from.entries.get(blocking)!)) continue;
          release(blocking, dependent);
          if (sides.to.entries.has(dependent)) renewOrTakeAlong(blocking, key);
        }
      else if (part === 'replaced') {
        release(dependent, key);
        for (const { referenced } of edgeIndex(sides.from).byDependent.get(dependent) ?? [])
          if (sides.from.entries.get(referenced)?.id.kind === 'column') release(dependent, referenced);
        renewOrTakeAlong(dependent, key);
      }
    }
  };
  const release = (dependent: Key, key: Key) =>
    releases.set(dependent, [...(releases.get(dependent) ?? []), letGo(key)]);
  const renewOrTakeAlong = (dependent: Key, key: Key): void => {
    alters.delete(dependent);
    takeAlong(dependent, key);
  };
  /** What a new type has of its own comes with it, and what the old one had needs no drop. */
  const renew = (key: Key): void => {
    const after = sides.to.entries.get(key);
    if (after !== undefined) creates.set(key, after);
    alters.delete(key);
    drops.delete(key);
    for (const { dependent } of dependents.get(key) ?? [])
      if (isBelonging(sides.from.entries.get(dependent)!.id)) renew(dependent);
  };
  for (const key of swapped) swapType(key);
  // A column's type changes only once nothing computes with it any more, or with one below that changes along.
  const held = new Set<Key>();
  for (const [key, list] of altered) {
    const made = alters.get(key);
    if (made === undefined || !list.some(({ id, attr }) => id.kind === 'column' && isOfType(attr))) continue;
    const holding = users(key).filter((each) => holdsType(sides.from.entries.get(each)!, key));
    holding.push(...byOtherColumns(key));
    for (const each of new Set(holding)) {
      release(each, key);
      renewOrTakeAlong(each, key);
    }
    // An index that goes, goes before: the server would print its expressions anew, and build it for nothing.
    const going = users(key).filter(
      (each) => sides.from.entries.get(each)!.id.kind === 'index' && drops.has(each),
    );
    for (const each of new Set(going)) release(each, key);
    if (holding.length + going.length > 0) held.add(key);
  }
  if (held.size > 0)
    for (const [key, made] of alters)
      alters.set(
        key,
        made.map((each) => {
          const changed = new Set([key, ...each.produces]);
          return {
            ...each,
            requires: [...each.requires, ...[...changed].filter((one) => held.has(one)).map(letGo)],
          };
        }),
      );
  for (let key = gone.pop(); key !== undefined; key = gone.pop())
    for (const { dependent, type } of dependents.get(key) ?? [])
      // A sequence outlives the column that owned it, if it is wanted: it keeps its position.
      if (type !== 'owned' || !sides.to.entries.has(dependent)) takeAlong(dependent, key);
  const { also, waits, together } = swapDrafts(swapped, altered, { creates, drops, alters }, sides);
  return { creates, drops, alters, also, waits, releases, together };
}

const isOfType = (attr: string) => attr === 'type' || attr === 'collation';
/** Whether an entry keeps the server from changing the type of this column. Constraints it rebuilds itself, and the column's own expression too. */
const holdsType = (entry: Entry, column: Key): boolean =>
  blocksTypeChange(entry) &&
  entry.id.kind !== 'constraint' &&
  !(entry.id.kind === 'default' && keyOf({ ...entry.id, kind: 'column' }) === column);

/** Whether an entry lives and dies with another: a column that is altered still goes with its table. */
const isPartOf = (entry: Entry, key: Key): boolean =>
  kindOf(entry.id)
    .references(entry)
    .some(({ to, type }) => type === 'auto' && keyOf(to) === key);
