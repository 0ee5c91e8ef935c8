/** A catalog: a set of entries and the dependency edges between them. Built once, never changed. */
import type { Attributes, Entry, EntryOf } from './entry.ts';
import { type Bundle, type Bundles, EntryMap } from './entry-map.ts';
import {
  type ColumnId,
  type Id,
  type Key,
  type Kind,
  type ObjectId,
  type RelationId,
  homeOf,
  keyOf,
  relationsOf,
} from './id.ts';
import { pushTo } from './push-to.ts';

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

/** What an entry's id and attributes tell that it hangs on. */
export interface Reference {
  readonly to: Id;
  readonly type: EdgeType;
}

/** Where a catalog's edges come from. They are put together when somebody asks: of most entries nobody ever does. */
export interface EdgeSource {
  readonly own: (entry: Entry) => readonly Reference[];
  /** What is known besides: pg_depend's. Ends that are no entries, and edges that are told twice, do not count. */
  readonly told: ToldEdges;
}
const sources = new WeakMap<Catalog, EdgeSource>();

/** Edges that are looked up: to put all of a database's together takes longer than to read it. */
export interface ToldEdges {
  readonly of: (dependent: Key) => readonly Edge[];
  /** @returns at least the dependents of all that reference it. */
  readonly to: (referenced: Key) => Iterable<Key>;
}

/** @returns edges that are put together already, and those of another, if any. */
export function toldEdges(edges: readonly Edge[], besides?: ToldEdges): ToldEdges {
  let by: ReadonlyMap<Key, readonly Edge[]> | undefined;
  let to: ReadonlyMap<Key, readonly Edge[]> | undefined;
  return {
    of: (dependent) => {
      by ??= groupBy(edges, (edge) => edge.dependent);
      return [...(besides?.of(dependent) ?? []), ...(by.get(dependent) ?? [])];
    },
    *to(referenced) {
      if (besides !== undefined) yield* besides.to(referenced);
      to ??= groupBy(edges, (edge) => edge.referenced);
      for (const { dependent } of to.get(referenced) ?? []) yield dependent;
    },
  };
}

/** @returns where the edges of a catalog come from: for another one that is made of it. */
export function edgeSource(of: Catalog): EdgeSource {
  return sources.get(of) ?? { own: () => [], told: toldEdges(of.edges) };
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

/** Likewise, where the keys are known. @param byKey the catalog's own from then on. */
export function catalogOf(
  source: string,
  serverVersion: number,
  byKey: Map<Key, Entry>,
  edges: readonly Edge[] | EdgeSource,
  notAnalysed: readonly NotAnalysed[],
  bundles?: readonly Bundles[],
): Catalog {
  const sorted = new EntryMap(byKey, bundles);
  const from: EdgeSource = 'own' in edges ? edges : { own: () => [], told: toldEdges(edges) };
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

/** @returns the entries of a catalog in no particular order, without those of closed bundles: sorting them takes longer than a walk over them. */
export function loose({ entries }: Pick<Catalog, 'entries'>): Iterable<[Key, Entry]> {
  return entries instanceof EntryMap ? entries.loose : entries;
}

/** @returns all entries, likewise. */
export function unsorted({ entries }: Pick<Catalog, 'entries'>): Iterable<[Key, Entry]> {
  return entries instanceof EntryMap ? entries.unsorted() : entries;
}

/** @returns the bundles of entries that are not made yet, by what may be in them. */
export function closedBundles({ entries }: Pick<Catalog, 'entries'>): readonly Bundles[] {
  return entries instanceof EntryMap ? entries.closed : [];
}

/** Opens the bundles on an object: all, or those that may hold a kind. @returns the keys of the entries in them. */
export function openBundles({ entries }: Pick<Catalog, 'entries'>, on: Key, kind?: Kind): readonly Key[] {
  return entries instanceof EntryMap ? entries.open(on, kind) : [];
}

/** @returns a catalog without some objects and all that is on them. @param isGone asked of entries, and of objects for what is bundled on them. */
export function withoutObjects(of: Catalog, isGone: (entry: Entry) => boolean): Catalog {
  return keptOf(
    of,
    (entry) => !isGone(entry),
    ({ on }) => (isGone({ id: on, attrs: {} }) ? 'goes' : 'stays'),
  );
}

/** What becomes of a closed bundle: all that is in it stays, or goes; or each entry is asked about. */
export type Fate = 'stays' | 'goes' | 'opens';

/** @returns a catalog of the entries that are kept. @param fateOf a bundle that nobody has opened, given what may be in it. */
export function keptOf(
  of: Catalog,
  isKept: (entry: Entry) => boolean,
  fateOf: (bundle: Bundle, kinds: ReadonlySet<Kind>) => Fate,
): Catalog {
  let isWhole = true;
  const bundles = closedBundles(of).map((each) => {
    const on = new Map<Key, Bundle>();
    for (const [key, bundle] of each.on) {
      const fate = fateOf(bundle, each.kinds);
      if (fate === 'stays') on.set(key, bundle);
      else if (fate === 'goes') isWhole = false;
      else openBundles(of, key, [...each.kinds][0]);
    }
    return { ...each, on };
  });
  const entries = new Map<Key, Entry>();
  for (const [key, entry] of loose(of))
    if (isKept(entry)) entries.set(key, entry);
    else isWhole = false;
  return isWhole ? of : madeOf(of, entries, bundles);
}

/** @returns a catalog with these entries besides, or in the place of those with their ids. */
export function withEntries(of: Catalog, entries: readonly Entry[]): Catalog {
  const all = new Map(loose(of));
  for (const entry of entries) all.set(keyOf(entry.id), entry);
  return madeOf(of, all, closedBundles(of));
}

const madeOf = (of: Catalog, entries: Map<Key, Entry>, bundles: readonly Bundles[]): Catalog =>
  catalogOf(of.source, of.serverVersion, entries, edgeSource(of), of.notAnalysed, bundles);

/** @returns the entry with this id, or undefined. The caller names the attributes' type, which the kind's file defines. */
export function find<I extends Id, A = Attributes>(from: Catalog, id: I): Entry<I, A> | undefined {
  return from.entries.get(keyOf(id)) as Entry<I, A> | undefined;
}

/** @returns the relation that a column is one of: a table, unless something else of that name is there. */
export function relationOf(from: Catalog, column: ColumnId): RelationId {
  const candidates = relationsOf(column);
  return candidates.find((relation) => from.entries.has(keyOf(relation))) ?? candidates[0]!;
}

/** @returns what a column's privileges are told with: its relation; of anything else, itself. */
export function wholeOf(from: Catalog, on: ObjectId): ObjectId {
  return on.kind === 'column' ? relationOf(from, on) : on;
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
  let told = new Map<Kind, [Key, Entry][]>();
  let size = -1;
  const sorted = new Map<Kind, readonly Entry[]>();
  return (kind) => {
    let list = sorted.get(kind);
    if (list !== undefined) return list;
    const all = of.entries instanceof EntryMap ? of.entries.unsorted(kind) : of.entries;
    // What has been opened since the last walk is in none of its lists.
    if (all.size !== size) {
      told = new Map();
      for (const pair of all) pushTo(told, pair[1].id.kind, pair);
      size = all.size;
    }
    sorted.set(kind, (list = (told.get(kind) ?? []).sort(byKey).map(([, entry]) => entry)));
    return list;
  };
}

/** For sorting what is told with its key. */
export const byKey = ([a]: readonly [Key, unknown], [b]: readonly [Key, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;

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

/** Put together when asked for; for what references something, one walk over all entries. */
function indexOf(entries: ReadonlyMap<Key, Entry>, source: EdgeSource): EdgeIndex {
  const found = new Map<Key, readonly Edge[]>();
  const ofDependent = (key: Key, entry: Entry): readonly Edge[] => {
    const before = found.get(key);
    if (before !== undefined) return before;
    const edges: Edge[] = [];
    const put = (edge: Edge) => {
      if (edge.referenced !== key && entries.has(edge.referenced) && !isIn(edges, edge)) edges.push(edge);
    };
    for (const { to, type } of source.own(entry)) put({ dependent: key, referenced: keyOf(to), type });
    for (const edge of source.told.of(key)) put(edge);
    found.set(key, edges);
    return edges;
  };
  let candidates: ((key: Key, entry: Entry) => Iterable<Key>) | undefined;
  const known = new Map<Key, readonly Edge[]>();
  return {
    byDependent: {
      get(key) {
        const entry = entries.get(key);
        return entry === undefined ? undefined : ofDependent(key, entry);
      },
    },
    byReferenced: {
      get(key) {
        let edges = known.get(key);
        const entry = entries.get(key);
        if (edges !== undefined || entry === undefined) return edges;
        candidates ??= candidatesIn(entries, source);
        edges = [...new Set(candidates(key, entry))].sort().flatMap((dependent) => {
          const from = entries.get(dependent);
          return from === undefined
            ? []
            : ofDependent(dependent, from).filter(({ referenced }) => referenced === key);
        });
        known.set(key, edges);
        return edges;
      },
    },
  };
}

/**
 * What may reference something: all that lies at home with it, since most references do not leave a table; what is
 * known to reference it from elsewhere; and what the server told. To index each reference by its key takes ten times
 * as long, and hardly any is ever asked for. What leaves a closed bundle, the server told.
 */
function candidatesIn(
  entries: ReadonlyMap<Key, Entry>,
  source: EdgeSource,
): (key: Key, entry: Entry) => Iterable<Key> {
  const homes = new Map<string, Map<string, Key[]>>();
  const bundles = new Map<string, Map<string, Key[]>>();
  const away = new Map<Key, Key[]>();
  const pushAt = (to: typeof homes, id: Id, key: Key): readonly [string, string] => {
    const home = homeOf(id);
    let inSchema = to.get(home[0]);
    if (inSchema === undefined) to.set(home[0], (inSchema = new Map<string, Key[]>()));
    pushTo(inSchema, home[1], key);
    return home;
  };
  for (const { on } of closedBundles({ entries }))
    for (const [key, { on: id }] of on) pushAt(bundles, id, key);
  for (const [key, entry] of loose({ entries })) {
    const [schema, name] = pushAt(homes, entry.id, key);
    for (const { to } of source.own(entry)) {
      // Who holds, owns or is granted something is asked for seldom.
      if (to.kind === 'role') continue;
      const [otherSchema, otherName] = homeOf(to);
      if (otherName !== name || otherSchema !== schema) pushTo(away, keyOf(to), key);
    }
  }
  let ofRoles: Map<Key, Key[]> | undefined;
  return function* (key, { id, attrs }) {
    const [schema, name] = homeOf(id);
    // An index is bundled with its table.
    for (const at of id.kind === 'index' ? [name, attrs['table'] as string] : [name])
      for (const on of bundles.get(schema)?.get(at) ?? []) yield* openBundles({ entries }, on);
    yield* homes.get(schema)?.get(name) ?? [];
    yield* away.get(key) ?? [];
    yield* source.told.to(key);
    if (id.kind !== 'role') return;
    if (ofRoles === undefined) {
      ofRoles = new Map();
      for (const [dependent, entry] of unsorted({ entries }))
        for (const { to } of source.own(entry)) if (to.kind === 'role') pushTo(ofRoles, keyOf(to), dependent);
    }
    yield* ofRoles.get(key) ?? [];
  };
}

const isIn = (edges: readonly Edge[], { referenced, type }: Edge): boolean =>
  edges.some((each) => each.referenced === referenced && each.type === type);

function groupBy(edges: Iterable<Edge>, end: (edge: Edge) => Key): ReadonlyMap<Key, Edge[]> {
  const groups = new Map<Key, Edge[]>();
  for (const edge of edges) pushTo(groups, end(edge), edge);
  return groups;
}
