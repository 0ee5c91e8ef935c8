/** A catalog: a set of entries and the dependency edges between them. Built once, never changed. */
import type { Attributes, Entry, EntryOf } from './entry.ts';
import { SortedMap } from './sorted-map.ts';
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

/** Where a catalog's edges come from. They are put together when somebody asks: of most entries nobody ever does. */
export interface EdgeSource {
  /** What an entry's id and attributes tell of. */
  readonly own: (entry: Entry) => readonly Edge[];
  /** What is known besides: pg_depend's. Ends that are no entries, and edges that are told twice, do not count. */
  readonly told: readonly Edge[];
}
const sources = new WeakMap<Catalog, EdgeSource>();

/** @returns where the edges of a catalog come from: for another one that is made of it. */
export function edgeSource(of: Catalog): EdgeSource {
  return sources.get(of) ?? { own: () => [], told: of.edges };
}

/** Builds a catalog from parts. Entries are sorted by key, so that every walk over them is deterministic. */
export function catalog(
  source: string,
  serverVersion: number,
  entries: Iterable<Entry>,
  edges: readonly Edge[] | EdgeSource = [],
  notAnalysed: readonly NotAnalysed[] = [],
): Catalog {
  const byKey = new Map<Key, Entry>();
  for (const entry of entries) byKey.set(keyOf(entry.id), entry);
  return catalogOf(source, serverVersion, byKey, edges, notAnalysed);
}

/** Likewise, where the keys are known. */
export function catalogOf(
  source: string,
  serverVersion: number,
  byKey: ReadonlyMap<Key, Entry>,
  edges: readonly Edge[] | EdgeSource,
  notAnalysed: readonly NotAnalysed[],
): Catalog {
  const sorted = new SortedMap(byKey);
  const from: EdgeSource = 'own' in edges ? edges : { own: () => [], told: edges };
  const index = indexOf(sorted, from);
  let all: readonly Edge[] | undefined;
  const made: Catalog = {
    source,
    serverVersion,
    entries: sorted,
    get edges() {
      return (all ??= [...sorted.keys()].flatMap((key) => index.byDependent.get(key) ?? []));
    },
    notAnalysed,
  };
  sources.set(made, from);
  return withEdgeIndex(made, index);
}

/** @returns the keys of a catalog in no particular order: sorting them takes longer than a walk over them. */
export function unsortedKeys({ entries }: Pick<Catalog, 'entries'>): Iterable<Key> {
  return entries instanceof SortedMap ? entries.unsorted : entries.keys();
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
export function entriesOf<K extends Kind, A = Attributes>(from: Catalog, kind: K): Iterable<EntryOf<K, A>> {
  let listOf = lists.get(from);
  if (listOf === undefined) lists.set(from, (listOf = listsOf(from)));
  return listOf(kind) as unknown as readonly EntryOf<K, A>[];
}
const lists = new WeakMap<Catalog, (kind: Kind) => readonly Entry[]>();

/** @param listOf what `entriesOf` is to give for this catalog. */
export function withLists(of: Catalog, listOf: (kind: Kind) => readonly Entry[]): Catalog {
  lists.set(of, listOf);
  return of;
}

/** Told apart in one walk; what is asked for is sorted. */
function listsOf(of: Catalog): (kind: Kind) => readonly Entry[] {
  const keys = new Map<Kind, Key[]>();
  for (const key of unsortedKeys(of)) {
    const { kind } = of.entries.get(key)!.id;
    const list = keys.get(kind);
    if (list === undefined) keys.set(kind, [key]);
    else list.push(key);
  }
  const sorted = new Map<Kind, readonly Entry[]>();
  return (kind) => {
    let list = sorted.get(kind);
    if (list === undefined)
      sorted.set(kind, (list = (keys.get(kind) ?? []).sort().map((key) => of.entries.get(key)!)));
    return list;
  };
}

/** Edges by their dependent (`from`) and by what they reference (`to`). */
export interface EdgeIndex {
  readonly byDependent: Pick<ReadonlyMap<Key, readonly Edge[]>, 'get'>;
  readonly byReferenced: Pick<ReadonlyMap<Key, readonly Edge[]>, 'get'>;
}
const indexes = new WeakMap<Catalog, EdgeIndex>();
export function edgeIndex(of: Catalog): EdgeIndex {
  const known = indexes.get(of);
  if (known !== undefined) return known;
  const index = indexOf(of.entries, edgeSource(of));
  indexes.set(of, index);
  return index;
}

/** @param index what `edgeIndex` is to give for this catalog. */
export function withEdgeIndex(of: Catalog, index: EdgeIndex): Catalog {
  indexes.set(of, index);
  return of;
}

/** Those of a dependent are put together when asked for; those that reference something take a walk over all entries, once. */
function indexOf(entries: ReadonlyMap<Key, Entry>, source: EdgeSource): EdgeIndex {
  let toldBy: ReadonlyMap<Key, readonly Edge[]> | undefined;
  const ofDependent = (key: Key, entry: Entry): readonly Edge[] => {
    toldBy ??= groupBy(source.told, (edge) => edge.dependent);
    const edges: Edge[] = [];
    for (const list of [source.own(entry), toldBy.get(key) ?? []])
      for (const edge of list)
        if (edge.referenced !== key && entries.has(edge.referenced) && !isIn(edges, edge)) edges.push(edge);
    return edges;
  };
  function* everyEdge(): Generator<Edge> {
    for (const key of unsortedKeys({ entries })) yield* ofDependent(key, entries.get(key)!);
  }
  let referencing: ReadonlyMap<Key, Edge[]> | undefined;
  const sorted = new Set<Key>();
  return {
    byDependent: {
      get(key) {
        const entry = entries.get(key);
        return entry === undefined ? undefined : ofDependent(key, entry);
      },
    },
    byReferenced: {
      get(key) {
        referencing ??= groupBy(everyEdge(), (edge) => edge.referenced);
        const edges = referencing.get(key);
        if (edges !== undefined && !sorted.has(key)) {
          edges.sort((a, b) => (a.dependent < b.dependent ? -1 : a.dependent > b.dependent ? 1 : 0));
          sorted.add(key);
        }
        return edges;
      },
    },
  };
}

const isIn = (edges: readonly Edge[], { referenced, type }: Edge): boolean =>
  edges.some((each) => each.referenced === referenced && each.type === type);

function groupBy(edges: Iterable<Edge>, end: (edge: Edge) => Key): ReadonlyMap<Key, Edge[]> {
  const groups = new Map<Key, Edge[]>();
  for (const edge of edges) {
    const group = groups.get(end(edge));
    if (group === undefined) groups.set(end(edge), [edge]);
    else group.push(edge);
  }
  return groups;
}
