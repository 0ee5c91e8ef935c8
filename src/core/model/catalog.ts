/** A catalog: a set of entries and the dependency edges between them. Built once, never changed. */
import type { Attributes, Entry, EntryOf } from './entry.ts';
import { type ColumnId, type Id, type Key, type Kind, type RelationId, keyOf, relationsOf } from './id.ts';

/**
 * How the dependent hangs on what it references (after pg_depend's deptype):
 * - `normal`: needs it to exist, and must go before it goes;
 * - `auto`: needs it, and goes with it (a column with its table, an index with its table);
 * - `owned`: goes with it, but does not need it to be created (a sequence OWNED BY a column).
 */
export type EdgeType = 'normal' | 'auto' | 'owned';
export interface Edge {
  readonly dependent: Key;
  readonly referenced: Key;
  readonly type: EdgeType;
}

/** An object that the introspection met and does not model. Never dropped silently: `generate` refuses, `lint` tells. */
export interface NotAnalysed {
  /** PostgreSQL's name of the kind of object, as in pg_describe_object: `function billing.total(integer)`. */
  readonly object: string;
  readonly schema: string | null;
  readonly why: string;
}

export interface Catalog {
  /** Where it was read from, for messages: `replayed migrations`, a database's name. Never a URL with a password. */
  readonly source: string;
  /** server_version_num: 180004. */
  readonly serverVersion: number;
  readonly entries: ReadonlyMap<Key, Entry>;
  readonly edges: readonly Edge[];
  readonly notAnalysed: readonly NotAnalysed[];
}

/** Builds a catalog from parts. Entries are sorted by key, so that every walk over them is deterministic. */
export function catalog(
  source: string,
  serverVersion: number,
  entries: Iterable<Entry>,
  edges: Iterable<Edge> = [],
  notAnalysed: readonly NotAnalysed[] = [],
): Catalog {
  const byKey = new Map<Key, Entry>();
  for (const entry of entries) byKey.set(keyOf(entry.id), entry);
  const sorted = new Map([...byKey].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  const seen = new Set<string>();
  const kept: Edge[] = [];
  for (const edge of edges) {
    const name = `${edge.dependent}\0${edge.referenced}\0${edge.type}`;
    if (edge.dependent === edge.referenced || seen.has(name)) continue;
    if (!sorted.has(edge.dependent) || !sorted.has(edge.referenced)) continue;
    seen.add(name);
    kept.push(edge);
  }
  return { source, serverVersion, entries: sorted, edges: kept, notAnalysed };
}

/** @returns the entry with this id, or undefined. The caller names the attributes' type, which the kind's file defines. */
export function find<I extends Id, A = Attributes>(from: Catalog, id: I): Entry<I, A> | undefined {
  return from.entries.get(keyOf(id)) as Entry<I, A> | undefined;
}

/** @returns the relation that a column is one of: a table, unless something else of that name is there. */
export function relationOf(from: Catalog, column: ColumnId): RelationId {
  const candidates = relationsOf(column);
  return candidates.find((relation) => from.entries.has(keyOf(relation))) ?? candidates[0]!;
}

/** @returns the entries of one kind, in the order of their keys. */
export function* entriesOf<K extends Kind, A = Attributes>(from: Catalog, kind: K): Generator<EntryOf<K, A>> {
  for (const entry of from.entries.values()) if (entry.id.kind === kind) yield entry as EntryOf<K, A>;
}

/** Edges by their dependent (`from`) and by what they reference (`to`): built once per catalog, on demand. */
export interface EdgeIndex {
  readonly byDependent: Pick<ReadonlyMap<Key, readonly Edge[]>, 'get'>;
  readonly byReferenced: Pick<ReadonlyMap<Key, readonly Edge[]>, 'get'>;
}
const indexes = new WeakMap<Catalog, EdgeIndex>();
export function edgeIndex(of: Catalog): EdgeIndex {
  let index = indexes.get(of);
  if (index === undefined) {
    index = {
      byDependent: groupBy(of.edges, (edge) => edge.dependent),
      byReferenced: groupBy(of.edges, (edge) => edge.referenced),
    };
    indexes.set(of, index);
  }
  return index;
}

/** @param index what `edgeIndex` is to give for this catalog, where it is known without a walk over its edges. */
export function withEdgeIndex(of: Catalog, index: EdgeIndex): Catalog {
  indexes.set(of, index);
  return of;
}

function groupBy(edges: readonly Edge[], end: (edge: Edge) => Key): ReadonlyMap<Key, readonly Edge[]> {
  const groups = new Map<Key, Edge[]>();
  for (const edge of edges) {
    const group = groups.get(end(edge));
    if (group === undefined) groups.set(end(edge), [edge]);
    else group.push(edge);
  }
  return groups;
}
