/** Range types with their multirange types. */
import type { RangeTypeAttributes } from '../../core/kinds/range-type.ts';
import { addShellOf } from './base-type.ts';
import {
  type Carried,
  type Reading,
  add,
  addCarried,
  address,
  notOfExtension,
  userNamespace,
} from './reading.ts';

export async function readRangeTypes(reading: Reading): Promise<void> {
  const rows = await reading.sql<
    ({
      oid: number;
      array: number;
      multirange: number;
      multirangeArray: number;
      schema: string;
      name: string;
      attrs: RangeTypeAttributes;
    } & Carried)[]
  >`
    select t.oid::int8::float8 as oid, t.typarray::int8::float8 as array, m.oid::int8::float8 as multirange,
      m.typarray::int8::float8 as "multirangeArray", n.nspname as schema, t.typname as name,
      json_build_object(
        'subtype', format_type(r.rngsubtype, null),
        'operatorClass', case when not oc.opcdefault then quote_ident(ocn.nspname) || '.' || quote_ident(oc.opcname) end,
        'collation', case when r.rngcollation <> s.typcollation then quote_ident(cn.nspname) || '.' || quote_ident(co.collname) end,
        'subtypeDifference', case when r.rngsubdiff <> 0 then quote_ident(pn.nspname) || '.' || quote_ident(p.proname) end,
        'canonical', case when r.rngcanonical <> 0 then r.rngcanonical::text end,
        'multirange', json_build_object('schema', mn.nspname, 'name', m.typname)) as attrs,
      pg_get_userbyid(t.typowner) as owner, coalesce(t.typacl, acldefault('T', t.typowner))::text as acl,
      obj_description(t.oid, 'pg_type') as comment
    from pg_range r join pg_type t on t.oid = r.rngtypid join pg_namespace n on n.oid = t.typnamespace
    join pg_type s on s.oid = r.rngsubtype
    join pg_type m on m.oid = r.rngmultitypid join pg_namespace mn on mn.oid = m.typnamespace
    join pg_opclass oc on oc.oid = r.rngsubopc join pg_namespace ocn on ocn.oid = oc.opcnamespace
    left join pg_collation co on co.oid = r.rngcollation left join pg_namespace cn on cn.oid = co.collnamespace
    left join pg_proc p on p.oid = r.rngsubdiff left join pg_namespace pn on pn.oid = p.pronamespace
    where ${reading.sql.unsafe(userNamespace)}
      and ${reading.sql.unsafe(notOfExtension('pg_type', 't.oid'))}`;
  for (const { oid, array, multirange, multirangeArray, schema, name, attrs, ...carried } of rows) {
    const id = { kind: 'range-type', schema, name } as const;
    add(reading, { id, attrs }, address('pg_type', oid));
    const key = reading.keys.get(address('pg_type', oid))!;
    for (const alias of [array, multirange, multirangeArray])
      reading.keys.set(address('pg_type', alias), key);
    if (attrs.canonical !== null) addShellOf(reading, id);
    addCarried(reading, id, carried);
  }
}
