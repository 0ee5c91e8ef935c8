/** Composite types that stand for themselves: not the row types of relations. */
import type { CompositeTypeAttributes } from '../../core/kinds/composite-type.ts';
import {
  type Carried,
  type Reading,
  add,
  addCarried,
  address,
  notOfExtension,
  userNamespace,
} from './reading.ts';

export async function readCompositeTypes(reading: Reading): Promise<void> {
  const rows = await reading.sql<
    ({
      oid: number;
      array: number;
      relation: number;
      schema: string;
      name: string;
      attrs: CompositeTypeAttributes;
      comments: { name: string; comment: string }[];
    } & Carried)[]
  >`
    select t.oid::int8::float8 as oid, t.typarray::int8::float8 as array, t.typrelid::int8::float8 as relation,
      n.nspname as schema, t.typname as name,
      json_build_object('attributes', (select coalesce(json_agg(json_build_object(
          'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
          'collation', case when a.attcollation <> b.typcollation then quote_ident(cn.nspname) || '.' || quote_ident(co.collname) end)
          order by a.attnum), '[]')
        from pg_attribute a join pg_type b on b.oid = a.atttypid
        left join pg_collation co on co.oid = a.attcollation left join pg_namespace cn on cn.oid = co.collnamespace
        where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped)) as attrs,
      (select coalesce(json_agg(json_build_object('name', a.attname, 'comment', col_description(a.attrelid, a.attnum))), '[]')
        from pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
          and col_description(a.attrelid, a.attnum) is not null) as comments,
      pg_get_userbyid(t.typowner) as owner, coalesce(t.typacl, acldefault('T', t.typowner))::text as acl,
      obj_description(t.oid, 'pg_type') as comment
    from pg_type t join pg_namespace n on n.oid = t.typnamespace join pg_class c on c.oid = t.typrelid and c.relkind = 'c'
    where ${reading.sql.unsafe(userNamespace)} and ${reading.sql.unsafe(notOfExtension('pg_type', 't.oid'))}`;
  for (const { oid, array, relation, schema, name, attrs, comments, ...carried } of rows) {
    const id = { kind: 'composite-type', schema, name } as const;
    add(reading, { id, attrs }, address('pg_type', oid));
    const key = reading.keys.get(address('pg_type', oid))!;
    reading.keys.set(address('pg_type', array), key);
    // Its attributes, and what they depend on, are its relation's.
    reading.keys.set(address('pg_class', relation), key);
    addCarried(reading, id, carried);
    for (const { name: attribute, comment } of comments)
      addCarried(reading, { kind: 'column', schema, table: name, name: attribute }, { comment });
  }
}
