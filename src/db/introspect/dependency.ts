/** Edges from pg_depend, between objects that have a key: looked up, for of most catalogs hardly any is ever asked for. */
import type { Edge, EdgeType, ToldEdges } from '../../core/model/catalog.ts';
import { toldEdges } from '../../core/model/catalog.ts';
import type { Key } from '../../core/model/id.ts';
import { onceOf } from '../../core/model/once-of.ts';
import { pushTo } from '../../core/model/push-to.ts';
import type { Address } from './address.ts';
import { type Reading, address } from './reading.ts';

const typeOf: Readonly<Record<string, EdgeType>> = {
  n: 'normal',
  a: 'auto',
  i: 'auto',
  P: 'auto',
  S: 'auto',
};

/** Rows of one sort, each list as the server prints an array of numbers: `{1,2}`. */
interface Group {
  class: string;
  refClass: string;
  type: string;
  objects: string;
  subs: string;
  refObjects: string;
  refSubs: string;
}

/** What it tells is looked at when everything else has been read. */
export async function readDependencies(reading: Reading): Promise<ToldEdges> {
  const { sql } = reading;
  // Numbers, gathered by the server: a row for each takes ten times as long.
  const groups = await sql<Group[]>`
    select d.classid::regclass::text as class, d.refclassid::regclass::text as "refClass", d.deptype::text as type,
      array_agg(d.objid)::text as objects, array_agg(d.objsubid)::text as subs,
      array_agg(d.refobjid)::text as "refObjects", array_agg(d.refobjsubid)::text as "refSubs"
    from pg_depend d
    where d.objid >= 16384 and d.refobjid >= 16384 and d.deptype in ('n', 'a', 'i', 'P', 'S')
      and not ${sql.unsafe(toldAnyway)}
    group by d.classid, d.refclassid, d.deptype order by d.classid, d.refclassid, d.deptype`;
  let rows: Rows | undefined;
  const known = () => (rows ??= new Rows(groups));
  const told: ToldEdges = {
    of: (dependent) => edgesOf(reading, known(), dependent),
    to: (referenced) => dependentsOn(reading, known(), referenced),
  };
  return withoutCircles(told, reading.shells);
}

/** pg_depend, by what depends and by what is depended on. */
class Rows {
  readonly #groups: readonly Group[];
  readonly #starts: readonly number[];
  readonly #lists: readonly (readonly [
    objects: number[],
    subs: number[],
    refObjects: number[],
    refSubs: number[],
  ])[];
  readonly #byObject: Chains;
  readonly #byReferenced: Chains;
  constructor(groups: readonly Group[]) {
    this.#groups = groups;
    this.#lists = groups.map(({ objects, subs, refObjects, refSubs }) => [
      numbers(objects),
      numbers(subs),
      numbers(refObjects),
      numbers(refSubs),
    ]);
    let size = 0;
    this.#starts = this.#lists.map(([objects]) => (size += objects.length) - objects.length);
    this.#byObject = new Chains(size);
    this.#byReferenced = new Chains(size);
    this.#lists.forEach(([objects, , refObjects], group) => {
      for (let at = 0; at < objects.length; at += 1) {
        this.#byObject.add(objects[at]!, this.#starts[group]! + at);
        this.#byReferenced.add(refObjects[at]!, this.#starts[group]! + at);
      }
    });
  }
  /** Rows of what is at this address, and of its parts. */
  *of({ catalog, oid }: Pick<Address, 'catalog' | 'oid'>): Iterable<Row> {
    for (const place of this.#byObject.of(oid)) {
      const row = this.#at(place);
      if (row.at.catalog === catalog) yield row;
    }
  }
  /** Rows of what references this address, or its parts. */
  *to({ catalog, oid }: Pick<Address, 'catalog' | 'oid'>): Iterable<Row> {
    for (const place of this.#byReferenced.of(oid)) {
      const row = this.#at(place);
      if (row.ref.catalog === catalog) yield row;
    }
  }
  #at(place: number): Row {
    let group = this.#starts.length - 1;
    while (this.#starts[group]! > place) group -= 1;
    const [objects, subs, refObjects, refSubs] = this.#lists[group]!;
    const at = place - this.#starts[group]!;
    const { class: catalog, refClass, type } = this.#groups[group]!;
    return {
      at: address(catalog, objects[at]!, subs[at]),
      ref: address(refClass, refObjects[at]!, refSubs[at]),
      type,
    };
  }
}

interface Row {
  readonly at: Address;
  readonly ref: Address;
  /** pg_depend's deptype. */
  readonly type: string;
}

/** Places by a number: a list for each would take ten times the memory. */
class Chains {
  readonly #first = new Map<number, number>();
  readonly #next: Int32Array;
  constructor(size: number) {
    this.#next = new Int32Array(size).fill(-1);
  }
  add(number: number, place: number): void {
    const first = this.#first.get(number);
    if (first !== undefined) this.#next[place] = first;
    this.#first.set(number, place);
  }
  *of(number: number): Iterable<number> {
    for (let place = this.#first.get(number) ?? -1; place !== -1; place = this.#next[place]!) yield place;
  }
}

/** @returns what stands for an address: the object, where its part is no entry. */
function keyAt({ keys }: Reading, at: Address): Key | undefined {
  return keys.get(at) ?? (at.sub === 0 ? undefined : keys.get({ ...at, sub: 0 }));
}

function edgesOf(reading: Reading, rows: Rows, dependent: Key): readonly Edge[] {
  const edges = [...handsOn(reading).of(dependent)];
  for (const { catalog, oid } of objectsOf(reading, dependent))
    for (const row of rows.of({ catalog, oid })) edges.push(...edgesIn(reading, row, dependent));
  return edges;
}

/** @returns the edges that a row tells of, if it is about this dependent. */
function edgesIn(reading: Reading, { at, ref, type }: Row, dependent: Key): Edge[] {
  const { inherited } = reading;
  // What an inherited column depends on, the column that it is from does.
  if ((at.sub !== 0 && inherited.has(at)) || keyAt(reading, at) !== dependent) return [];
  const from = ref.sub === 0 ? undefined : inherited.get(ref);
  const own = from === undefined ? keyAt(reading, ref) : undefined;
  const isOwned = type === 'a' && ref.sub > 0 && dependent.startsWith('sequence:');
  const first = isOwned ? 'owned' : typeOf[type]!;
  // It goes with its table; the columns that its columns are from must only not go before.
  return (from ?? (own === undefined ? [] : [own])).flatMap((referenced, place) =>
    dependent === referenced ? [] : { dependent, referenced, type: place === 0 ? first : 'normal' },
  );
}

function* dependentsOn(reading: Reading, rows: Rows, referenced: Key): Iterable<Key> {
  yield* handsOn(reading).to(referenced);
  const through = carried(reading).get(referenced) ?? [];
  for (const at of [...objectsOf(reading, referenced), ...through])
    for (const row of rows.to(at)) {
      const dependent = keyAt(reading, row.at);
      if (dependent !== undefined) yield dependent;
    }
}

/** @returns the objects that a key stands for, or is part of. */
function objectsOf({ keys }: Reading, key: Key): readonly Pick<Address, 'catalog' | 'oid'>[] {
  const all = keys.addressesOf(key);
  return all.filter(
    (at, place) => all.findIndex(({ catalog, oid }) => catalog === at.catalog && oid === at.oid) === place,
  );
}

/** Edges that the reading has put together itself. */
const handsOn = onceOf(({ edges }: Reading) => toldEdges(edges));

/** Inherited columns, by what stands for them. */
const carried = onceOf(({ inherited }: Reading) => {
  const carriers = new Map<Key, Address[]>();
  for (const [at, keys] of inherited.all()) for (const key of keys) pushTo(carriers, key, at);
  return carriers;
});

/** @param array as the server prints one of numbers: `{1,2}`. */
const numbers = (array: string): number[] => JSON.parse(`[${array.slice(1, -1)}]`) as number[];

/** A function that a type is made of needs its shell only, and goes with it. */
function withoutCircles({ of, to }: ToldEdges, shells: ReadonlyMap<Key, Key>): ToldEdges {
  const isMadeOf = (type: Key, made: Key) => of(type).some(({ referenced }) => referenced === made);
  return {
    of(dependent) {
      const edges = of(dependent);
      if (shells.size === 0) return edges;
      return edges.map((edge) => {
        const shell = shells.get(edge.referenced);
        return shell !== undefined && isMadeOf(edge.referenced, dependent)
          ? { dependent, referenced: shell, type: 'auto' }
          : edge;
      });
    },
    *to(referenced) {
      yield* to(referenced);
      for (const [type, shell] of shells) if (shell === referenced) yield* to(type);
    },
  };
}
/** SQL: rows of which an entry tells by itself, or that lead to nothing that is one; most of all there are. */
const toldAnyway = `(
  (d.classid = 'pg_trigger'::regclass and d.deptype in ('i', 'P', 'S'))
  or (d.classid = 'pg_type'::regclass and d.deptype = 'i')
  or (d.classid = 'pg_class'::regclass and d.deptype = 'i')
  or (d.classid = 'pg_attrdef'::regclass and d.deptype in ('a', 'i'))
  or (d.classid = 'pg_class'::regclass and d.refclassid = 'pg_namespace'::regclass))`;

/** What uses a relation's row type (a function that returns its rows, a column of that type) uses the relation. After the relations, in the same session. */
export async function readRowTypes(reading: Reading): Promise<void> {
  const rows = await reading.sql<{ type: number; relation: number }[]>`
    select t.oid::int8::float8 as type, c.oid::int8::float8 as relation
    from (select distinct d.refobjid as oid from pg_depend d
      where d.refclassid = 'pg_type'::regclass and d.refobjid >= 16384 and d.deptype in ('n', 'a')) used
    join pg_type t on t.oid = used.oid
    left join pg_type e on e.oid = t.typelem and e.typarray = t.oid
    join pg_class c on c.oid = coalesce(e.typrelid, t.typrelid)
    where c.relkind in ('r', 'p', 'v', 'm', 'f')`;
  for (const { type, relation } of rows) {
    const key = reading.keys.get(address('pg_class', relation));
    if (key !== undefined) reading.keys.set(address('pg_type', type), key);
  }
}
