/** Edges from pg_depend, between objects that have a key. */
import type { EdgeType } from '../../core/model/catalog.ts';
import type { Key } from '../../core/model/id.ts';
import { type Reading, address } from './reading.ts';

const typeOf: Readonly<Record<string, EdgeType>> = {
  n: 'normal',
  a: 'auto',
  i: 'auto',
  P: 'auto',
  S: 'auto',
};

/** The last of all: it needs every key. */
export async function readDependencies(reading: Reading): Promise<void> {
  await readRowTypes(reading);
  const catalogs = new Map<number, string>();
  for (const { oid, name } of await reading.sql<{ oid: number; name: string }[]>`
    select oid::int8::float8 as oid, relname as name from pg_class where oid < 16384 and relkind = 'r'`)
    catalogs.set(oid, name);
  const keyAt = (catalog: number, oid: number, sub: number): Key | undefined => {
    const name = catalogs.get(catalog)!;
    const key = reading.keys.get(address(name, oid, sub));
    return key === undefined && sub !== 0 ? reading.keys.get(address(name, oid)) : key;
  };
  const inheritedAt = (catalog: number, oid: number, sub: number): readonly Key[] | undefined =>
    reading.inherited.get(address(catalogs.get(catalog)!, oid, sub));
  // One by one: there are more of them than of anything else, and none is needed twice.
  await reading.sql<
    {
      class: number;
      object: number;
      sub: number;
      refClass: number;
      refObject: number;
      refSub: number;
      type: string;
      sequence: boolean;
    }[]
  >`
    select d.classid::int8::float8 as class, d.objid::int8::float8 as object, d.objsubid as sub,
      d.refclassid::int8::float8 as "refClass", d.refobjid::int8::float8 as "refObject", d.refobjsubid as "refSub",
      d.deptype::text as type, d.deptype = 'a' and d.refobjsubid > 0 and c.relkind = 'S' as sequence
    from pg_depend d
    left join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
    left join pg_attrdef own on d.classid = 'pg_attrdef'::regclass and own.oid = d.objid
      and own.adrelid = d.refobjid and own.adnum = d.refobjsubid
    where d.objid >= 16384 and d.refobjid >= 16384 and d.deptype in ('n', 'a', 'i', 'P', 'S') and own.oid is null
      and not ${reading.sql.unsafe(toldAnyway)}`.forEach((row) => {
    // What an inherited column depends on, the column that it is from does.
    if (row.sub !== 0 && inheritedAt(row.class, row.object, row.sub) !== undefined) return;
    const dependent = keyAt(row.class, row.object, row.sub);
    if (dependent === undefined) return;
    const own = keyAt(row.refClass, row.refObject, row.refSub);
    const inherited = row.refSub === 0 ? undefined : inheritedAt(row.refClass, row.refObject, row.refSub);
    const first = row.sequence ? 'owned' : typeOf[row.type]!;
    // It goes with its table; the columns that its columns are from must only not go before.
    (inherited ?? (own === undefined ? [] : [own])).forEach((referenced, at) => {
      if (dependent !== referenced)
        reading.edges.push({ dependent, referenced, type: at === 0 ? first : 'normal' });
    });
  });
  breakCircles(reading);
}

/** A function that a type is made of needs its shell only, and goes with it. */
function breakCircles({ edges, shells }: Reading): void {
  if (shells.size === 0) return;
  const made = new Set<string>();
  for (const { dependent, referenced } of edges)
    if (shells.has(dependent)) made.add(`${referenced} ${dependent}`);
  edges.forEach(({ dependent, referenced }, at) => {
    if (made.has(`${dependent} ${referenced}`))
      edges[at] = { dependent, referenced: shells.get(referenced)!, type: 'auto' };
  });
}

/** SQL: rows of which an entry tells by itself, or that lead to nothing that is one; most of all there are. */
const toldAnyway = `(
  (d.classid = 'pg_trigger'::regclass and d.deptype in ('i', 'P', 'S'))
  or (d.classid = 'pg_type'::regclass and d.deptype = 'i')
  or (d.classid = 'pg_class'::regclass and d.deptype = 'i')
  or (d.classid = 'pg_class'::regclass and d.refclassid = 'pg_namespace'::regclass))`;

/** What uses a relation's row type (a function that returns its rows, a column of that type) uses the relation. */
async function readRowTypes(reading: Reading): Promise<void> {
  const rows = await reading.sql<{ type: string; array: string; relation: string }[]>`
    select 'pg_type:' || t.oid || ':0' as type, 'pg_type:' || t.typarray || ':0' as array,
      'pg_class:' || t.typrelid || ':0' as relation
    from pg_type t join pg_class c on c.oid = t.typrelid
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and t.oid >= 16384 and exists (select from pg_depend d
      where d.refclassid = 'pg_type'::regclass and d.refobjid in (t.oid, t.typarray) and d.deptype in ('n', 'a'))`;
  for (const { type, array, relation } of rows) {
    const key = reading.keys.get(relation);
    if (key === undefined) continue;
    reading.keys.set(type, key);
    reading.keys.set(array, key);
  }
}
