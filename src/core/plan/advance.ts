/** The catalog on the way from one to another: after each step of a plan, at the cost of what the steps change. */
import {
  type Catalog,
  type Edge,
  type EdgeIndex,
  edgeIndex,
  entriesOf,
  withEdgeIndex,
  withLists,
} from '../model/catalog.ts';
import { asItsOwn, columnAt } from '../kinds/family.ts';
import { equal } from '../diff/diff.ts';
import { ownedBy, partitionedAbove, partsAsOwn } from '../kinds/index-parts.ts';
import { type LinkId, isLink, parentsOf } from '../kinds/parents.ts';
import { Changes } from './changes.ts';
import { edgesAsItsOwn } from './own-edges.ts';
import type { Entry } from '../model/entry.ts';
import { type Key, type Kind, type TableId, keyOf } from '../model/id.ts';
import type { Statement } from '../model/statement.ts';

/** A catalog that differs from another in a few entries. */
interface Way {
  readonly base: Catalog;
  readonly to: Catalog;
  /** What the steps touched, as it is now; undefined: gone. */
  readonly changed: Changes;
  /** What of it a table has of its own for now, and neither end of the way has so: what that depends on. */
  readonly passing: ReadonlyMap<Key, readonly Edge[]>;
}
const ways = new WeakMap<Catalog, Way>();

/** The catalog after some statements of a plan to `to`: what they produced as it is in `to`, what they destroyed gone. */
export function advance(current: Catalog, to: Catalog, statements: readonly Statement[]): Catalog {
  const before = ways.get(current);
  const onTheWay = before?.to === to;
  const base = onTheWay ? before.base : current;
  const changed = onTheWay ? before.changed.next() : new Changes();
  const passing = new Map(onTheWay ? before.passing : []);
  const now = (key: Key) => (changed.has(key) ? changed.get(key) : base.entries.get(key));
  // What a column has of its own though it is another's: no statement tells that it comes or goes with that.
  const settingsOf = ({ schema, name }: LinkId) =>
    [base, to].flatMap((side) => inheritedColumns(side, { kind: 'table', schema, name }));
  for (const { produces, sets = {}, destroys } of statements) {
    // What a partition had from its parent is its own while it is detached, though neither end of the way has it so.
    const own = destroys.flatMap((key) => {
      const id = now(key)?.id;
      if (id?.kind !== 'partition') return [];
      const table = { ...id, kind: 'table' } as const;
      if (destroys.includes(keyOf(table)) || now(keyOf(table)) === undefined) return [];
      const until = catalogOn({ base, to, changed, passing: new Map(passing) });
      return [...asItsOwn(until, table), ...partsAsOwn(until, table)].map((entry) => ({
        entry,
        edges: edgesAsItsOwn(until, entry),
      }));
    });
    for (const key of [...destroys, ...produces]) passing.delete(key);
    for (const key of destroys) {
      const id = now(key)?.id;
      if (id !== undefined && isLink(id))
        for (const own of settingsOf(id)) if (!isOfParentKept(own, base, to)) changed.set(own, undefined);
      changed.set(key, undefined);
    }
    for (const { entry, edges } of own) {
      changed.set(keyOf(entry.id), entry);
      passing.set(keyOf(entry.id), edges);
    }
    for (const key of produces) {
      const wanted = to.entries.get(key);
      // What has just become the table's own is as it was; what is wanted of it comes by later statements.
      if (own.some(({ entry: left }) => keyOf(left.id) === key && !equal(left.attrs, wanted?.attrs ?? null)))
        continue;
      passing.delete(key);
      const entry = wanted ?? now(key);
      if (entry?.id.kind === 'partition')
        for (const own of passing.keys()) {
          const { id, attrs } = now(own) ?? {};
          const table =
            id?.kind === 'index' ? attrs?.['table'] : id !== undefined && 'table' in id && id.table;
          if (table !== entry.id.name || (id as { schema?: string }).schema !== entry.id.schema) continue;
          changed.set(own, undefined);
          passing.delete(own);
        }
      if (entry?.id.kind === 'partition')
        for (const { id } of asItsOwn(to, { ...entry.id, kind: 'table' }))
          if (!to.entries.has(keyOf(id)) && now(keyOf(id)) !== undefined) changed.set(keyOf(id), undefined);
      // What the tables above have, the new partition has its part of.
      if (entry?.id.kind === 'partition')
        for (const above of partitionedAbove(to, entry.id).flatMap((each) => ownedBy(to, each)))
          if (equal(now(keyOf(above.id))?.attrs ?? null, above.attrs)) changed.set(keyOf(above.id), above);
      changed.set(key, entry && inPart(entry, now(key), sets[key]));
      if (entry !== undefined && isLink(entry.id))
        for (const own of settingsOf(entry.id))
          if (now(own) === undefined) changed.set(own, to.entries.get(own));
    }
  }
  return catalogOn({ base, to, changed, passing });
}

/** An entry that is altered in part is otherwise as it was. */
function inPart(wanted: Entry, is: Entry | undefined, attrs: readonly string[] | undefined): Entry {
  if (attrs === undefined || is === undefined || is === wanted) return wanted;
  const set = Object.fromEntries(attrs.map((name) => [name, wanted.attrs[name] ?? null]));
  return { ...wanted, attrs: { ...is.attrs, ...set } };
}

const inheritedColumns = (of: Catalog, table: TableId): Key[] =>
  (edgeIndex(of).byReferenced.get(keyOf(table)) ?? [])
    .map(({ dependent }) => dependent)
    .filter((key) => of.entries.get(key)!.id.kind === 'inherited-column');

/** Whether something is said, before and after, of a column that the table has from a parent which it does not leave. */
function isOfParentKept(key: Key, base: Catalog, to: Catalog): boolean {
  const id = base.entries.get(key)?.id;
  if (id?.kind !== 'inherited-column' || !to.entries.has(key)) return false;
  const table = { schema: id.schema, name: id.table };
  const after = new Set(parentsOf(to, table).map(keyOf));
  return parentsOf(base, table).some(
    (parent) =>
      after.has(keyOf(parent)) &&
      columnAt(base, { kind: 'column', schema: parent.schema, table: parent.name, name: id.name }) !==
        undefined,
  );
}

/** @returns the only keys in which a catalog can differ from `advance` of it: what the statements touch, and what comes and goes by the way. */
export function changedBetween(before: Catalog, after: Catalog, statements: readonly Statement[]): Set<Key> {
  const keys = new Set(statements.flatMap(({ produces, destroys }) => [...produces, ...destroys]));
  for (const key of ways.get(after)?.changed.since(ways.get(before)?.changed) ?? [])
    if (before.entries.get(key) !== after.entries.get(key)) keys.add(key);
  return keys;
}

/** A catalog without some of its entries. */
export function without(of: Catalog, keys: Iterable<Key>): Catalog {
  const changed = new Changes();
  for (const key of keys) changed.set(key, undefined);
  return catalogOn({ base: of, to: of, changed, passing: new Map() });
}

function catalogOn(way: Way): Catalog {
  const { source, serverVersion, notAnalysed } = way.base;
  const after = {
    source,
    serverVersion,
    notAnalysed,
    entries: new EntriesOnTheWay(way),
    get edges() {
      return edgesOf(way);
    },
  };
  ways.set(after, way);
  withLists(after, listsOn(way));
  return withEdgeIndex(after, indexOf(way));
}

/** The entries of the base but for what changed, in the order of their keys. */
class EntriesOnTheWay implements ReadonlyMap<Key, Entry> {
  readonly #base: ReadonlyMap<Key, Entry>;
  readonly #changed: Changes;
  constructor({ base, changed }: Way) {
    this.#base = base.entries;
    this.#changed = changed;
  }
  get size(): number {
    let { size } = this.#base;
    for (const [key, entry] of this.#changed)
      size += (entry === undefined ? 0 : 1) - (this.#base.has(key) ? 1 : 0);
    return size;
  }
  get(key: Key): Entry | undefined {
    return this.#changed.has(key) ? this.#changed.get(key) : this.#base.get(key);
  }
  has(key: Key): boolean {
    return this.get(key) !== undefined;
  }
  *entries(): MapIterator<[Key, Entry]> {
    const changed = [...this.#changed].sort(([a], [b]) => (a < b ? -1 : 1));
    let at = 0;
    for (const [key, entry] of this.#base) {
      for (; at < changed.length && changed[at]![0] <= key; at += 1) {
        const [own, now] = changed[at]!;
        if (now !== undefined) yield [own, now];
      }
      if (!this.#changed.has(key)) yield [key, entry];
    }
    for (const [key, entry] of changed.slice(at)) if (entry !== undefined) yield [key, entry];
  }
  *keys(): MapIterator<Key> {
    for (const [key] of this.entries()) yield key;
  }
  *values(): MapIterator<Entry> {
    for (const [, entry] of this.entries()) yield entry;
  }
  [Symbol.iterator](): MapIterator<[Key, Entry]> {
    return this.entries();
  }
  forEach(use: (entry: Entry, key: Key, map: ReadonlyMap<Key, Entry>) => void): void {
    for (const [key, entry] of this.entries()) use(entry, key, this);
  }
}

function listsOn({ base, changed }: Way): (kind: Kind) => readonly Entry[] {
  const known = new Map<Kind, readonly Entry[]>();
  return (kind) => {
    let list = known.get(kind);
    if (list !== undefined) return list;
    const own = [...changed.ofKind(kind)];
    list = own.length === 0 ? [...entriesOf(base, kind)] : merged(entriesOf(base, kind), own);
    known.set(kind, list);
    return list;
  };
}

/** @param own what is otherwise than in `entries`, which are in the order of their keys; undefined: gone. */
function merged(
  entries: Iterable<Entry>,
  own: readonly (readonly [Key, Entry | undefined])[],
): readonly Entry[] {
  const all = new Map(Array.from(entries, (entry) => [keyOf(entry.id), entry] as const));
  for (const [key, entry] of own)
    if (entry === undefined) all.delete(key);
    else all.set(key, entry);
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

/**
 * What a touched entry depends on is as in `to`; every other's dependencies are the base's; both ends are there. What
 * stays as it is while another thing takes the place of one that it needs (its table's own column that of the parent), needs that.
 */
function indexOf({ base, to, changed, passing }: Way): EdgeIndex {
  const [old, wanted] = [edgeIndex(base), edgeIndex(to)];
  const isThere = (key: Key) => (changed.has(key) ? changed.get(key) !== undefined : base.entries.has(key));
  const edgesBy = (key: Key): readonly Edge[] => {
    const own = passing.get(key) ?? (changed.has(key) ? wanted : old).byDependent.get(key) ?? [];
    if (changed.has(key) || own.every(({ referenced }) => isThere(referenced))) return own;
    return [...own, ...(wanted.byDependent.get(key) ?? [])];
  };
  let referencing: Map<Key, Edge[]> | undefined;
  const passingTo = (key: Key): readonly Edge[] => {
    if (referencing === undefined) {
      referencing = new Map();
      for (const edge of [...passing.values()].flat())
        referencing.set(edge.referenced, [...(referencing.get(edge.referenced) ?? []), edge]);
    }
    return referencing.get(key) ?? [];
  };
  const newlyOn = (key: Key): Edge[] =>
    (wanted.byReferenced.get(key) ?? []).flatMap(({ dependent }) =>
      changed.has(dependent) || old.byDependent.get(dependent)?.some(({ referenced }) => referenced === key)
        ? []
        : edgesBy(dependent).filter(({ referenced }) => referenced === key),
    );
  return {
    byDependent: {
      get: (key) => (isThere(key) ? edgesBy(key).filter(({ referenced }) => isThere(referenced)) : undefined),
    },
    byReferenced: {
      get: (key) =>
        isThere(key)
          ? [
              ...(old.byReferenced.get(key) ?? []).filter(({ dependent }) => !changed.has(dependent)),
              ...(wanted.byReferenced.get(key) ?? []).filter(
                ({ dependent }) => changed.has(dependent) && !passing.has(dependent),
              ),
              ...(changed.has(key) ? newlyOn(key) : []),
              ...passingTo(key),
            ].filter(({ dependent }) => isThere(dependent))
          : undefined,
    },
  };
}

function edgesOf(way: Way): readonly Edge[] {
  const { byDependent } = indexOf(way);
  return [...new EntriesOnTheWay(way).keys()].flatMap((key) => byDependent.get(key) ?? []);
}
