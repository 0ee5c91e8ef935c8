/** Edges from pg_depend, between objects that have a key. */
import type { EdgeType } from '../../core/model/catalog.ts';
import type { Key } from '../../core/model/id.ts';
import type { Reading } from './reading.ts';

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
  const rows = await reading.sql<
    { from: string; to: string; relation: string; type: string; sequence: boolean }[]
  >`
    select d.classid::regclass::text || ':' || d.objid || ':' || d.objsubid as from,
      d.refclassid::regclass::text || ':' || d.refobjid || ':' || d.refobjsubid as to,
      d.refclassid::regclass::text || ':' || d.refobjid || ':0' as relation,
      d.deptype::text as type,
      d.deptype = 'a' and d.refobjsubid > 0 and c.relkind = 'S' as sequence
    from pg_depend d
    left join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
    where d.objid >= 16384 and d.refobjid >= 16384 and d.deptype in ('n', 'a', 'i', 'P', 'S')`;
  const keyAt = (at: string): Key | undefined => reading.keys.get(at);
  for (const { from, to, relation, type, sequence } of rows) {
    const dependent = keyAt(from) ?? keyAt(from.replace(/:\d+$/, ':0'));
    const referenced = keyAt(to) ?? keyAt(relation);
    if (dependent === undefined || referenced === undefined || dependent === referenced) continue;
    reading.edges.push({ dependent, referenced, type: sequence ? 'owned' : typeOf[type]! });
  }
  breakCircles(reading);
}

/** A function that a type is made of needs its shell only, and goes with it. */
function breakCircles({ edges, shells }: Reading): void {
  const made = new Set<string>();
  for (const { dependent, referenced } of edges)
    if (shells.has(dependent)) made.add(`${referenced} ${dependent}`);
  edges.forEach(({ dependent, referenced }, at) => {
    if (made.has(`${dependent} ${referenced}`))
      edges[at] = { dependent, referenced: shells.get(referenced)!, type: 'auto' };
  });
}

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
