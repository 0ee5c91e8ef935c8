/** Enum types. */
import {
  type Carried,
  type Reading,
  add,
  addCarried,
  address,
  notOfExtension,
  userNamespace,
} from './reading.ts';

export async function readEnums(reading: Reading): Promise<void> {
  const rows = await reading.sql<
    ({ oid: number; array: number; schema: string; name: string; labels: string[] | null } & Carried)[]
  >`
    select t.oid::int8::float8 as oid, t.typarray::int8::float8 as array, n.nspname as schema, t.typname as name,
      (select array_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid) as labels,
      pg_get_userbyid(t.typowner) as owner, coalesce(t.typacl, acldefault('T', t.typowner))::text as acl,
      obj_description(t.oid, 'pg_type') as comment
    from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where t.typtype = 'e' and ${reading.sql.unsafe(userNamespace)} and ${reading.sql.unsafe(notOfExtension('pg_type', 't.oid'))}`;
  for (const { oid, array, schema, name, labels, ...carried } of rows) {
    const id = { kind: 'enum', schema, name } as const;
    add(reading, { id, attrs: { labels: labels ?? [] } }, address('pg_type', oid));
    reading.keys.set(address('pg_type', array), reading.keys.get(address('pg_type', oid))!);
    addCarried(reading, id, carried);
  }
}
