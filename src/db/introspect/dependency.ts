/** Edges from pg_depend, between objects that have a key. */
import type { Edge, EdgeType } from '../../core/model/catalog.ts';
import type { Key } from '../../core/model/id.ts';
import { parseAddress } from './address.ts';
import { type Reading, address } from './reading.ts';

const typeOf: Readonly<Record<string, EdgeType>> = {
  n: 'normal',
  a: 'auto',
  i: 'auto',
  P: 'auto',
  S: 'auto',
};

/**
 * The last of all: it needs every key.
 * @returns a function that puts the edges together: of most catalogs nobody asks for them, and there are more of them
 *   than of anything else.
 */
export async function readDependencies(reading: Reading): Promise<() => readonly Edge[]> {
  const { sql, keys, inherited } = reading;
  // Numbers, gathered by the server: a row for each takes ten times as long.
  const [, groups] = await Promise.all([
    readRowTypes(reading),
    sql<
      {
        class: string;
        refClass: string;
        type: string;
        objects: string;
        subs: string;
        refObjects: string;
        refSubs: string;
      }[]
    >`
    select d.classid::regclass::text as class, d.refclassid::regclass::text as "refClass", d.deptype::text as type,
      array_agg(d.objid)::text as objects, array_agg(d.objsubid)::text as subs,
      array_agg(d.refobjid)::text as "refObjects", array_agg(d.refobjsubid)::text as "refSubs"
    from pg_depend d
    where d.objid >= 16384 and d.refobjid >= 16384 and d.deptype in ('n', 'a', 'i', 'P', 'S')
      and not ${sql.unsafe(toldAnyway)}
    group by d.classid, d.refclassid, d.deptype order by d.classid, d.refclassid, d.deptype`,
  ]);
  return () => {
    const edges: Edge[] = [...reading.edges];
    const keyAt = (catalog: string, oid: number, sub: number): Key | undefined => {
      const key = keys.get(address(catalog, oid, sub));
      return key === undefined && sub !== 0 ? keys.get(address(catalog, oid)) : key;
    };
    for (const { class: of, refClass, type, ...lists } of groups) {
      const [objects, subs] = [numbers(lists.objects), numbers(lists.subs)];
      const [refObjects, refSubs] = [numbers(lists.refObjects), numbers(lists.refSubs)];
      for (const [at, object] of objects.entries()) {
        const [sub, refObject, refSub] = [subs[at]!, refObjects[at]!, refSubs[at]!];
        // What an inherited column depends on, the column that it is from does.
        if (sub !== 0 && inherited.has(address(of, object, sub))) continue;
        const dependent = keyAt(of, object, sub);
        if (dependent === undefined) continue;
        const from = refSub === 0 ? undefined : inherited.get(address(refClass, refObject, refSub));
        const own = from === undefined ? keyAt(refClass, refObject, refSub) : undefined;
        const isOwned = type === 'a' && refSub > 0 && dependent.startsWith('sequence:');
        const first = isOwned ? 'owned' : typeOf[type]!;
        // It goes with its table; the columns that its columns are from must only not go before.
        (from ?? (own === undefined ? [] : [own])).forEach((referenced, place) => {
          if (dependent !== referenced)
            edges.push({ dependent, referenced, type: place === 0 ? first : 'normal' });
        });
      }
    }
    return withoutCircles(edges, reading.shells);
  };
}

/** @param array as the server prints one of numbers: `{1,2}`. */
const numbers = (array: string): readonly number[] => JSON.parse(`[${array.slice(1, -1)}]`) as number[];

/** A function that a type is made of needs its shell only, and goes with it. */
function withoutCircles(edges: readonly Edge[], shells: ReadonlyMap<Key, Key>): readonly Edge[] {
  if (shells.size === 0) return edges;
  const made = new Set<string>();
  for (const { dependent, referenced } of edges)
    if (shells.has(dependent)) made.add(`${referenced} ${dependent}`);
  return edges.map((edge) =>
    made.has(`${edge.dependent} ${edge.referenced}`)
      ? { dependent: edge.dependent, referenced: shells.get(edge.referenced)!, type: 'auto' }
      : edge,
  );
}

/** SQL: rows of which an entry tells by itself, or that lead to nothing that is one; most of all there are. */
const toldAnyway = `(
  (d.classid = 'pg_trigger'::regclass and d.deptype in ('i', 'P', 'S'))
  or (d.classid = 'pg_type'::regclass and d.deptype = 'i')
  or (d.classid = 'pg_class'::regclass and d.deptype = 'i')
  or (d.classid = 'pg_attrdef'::regclass and d.deptype in ('a', 'i'))
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
    const key = reading.keys.get(parseAddress(relation));
    if (key === undefined) continue;
    reading.keys.set(parseAddress(type), key);
    reading.keys.set(parseAddress(array), key);
  }
}
