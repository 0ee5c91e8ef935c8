/** The database, its schemas and extensions. */
import {
  type Carried,
  type Reading,
  add,
  addCarried,
  address,
  notOfExtension,
  userNamespace,
} from './reading.ts';

export async function readSchemas(reading: Reading): Promise<void> {
  const { sql } = reading;
  const [[database], schemas, extensions] = await Promise.all([
    sql<(Omit<Carried, 'owner'> & { databaseOwner: string })[]>`
      select pg_get_userbyid(datdba) as "databaseOwner", coalesce(datacl, acldefault('d', datdba))::text[] as acl,
        shobj_description(oid, 'pg_database') as comment
      from pg_database where datname = current_database()`,
    sql<({ oid: number; name: string } & Carried)[]>`
      select n.oid::int8::float8 as oid, nspname as name, pg_get_userbyid(nspowner) as owner,
        coalesce(nspacl, acldefault('n', nspowner))::text[] as acl, obj_description(n.oid, 'pg_namespace') as comment
      from pg_namespace n
      where ${sql.unsafe(userNamespace)} and ${sql.unsafe(notOfExtension('pg_namespace', 'n.oid'))}`,
    sql<{ oid: number; name: string; schema: string; comment: string | null; members: string[] | null }[]>`
      select x.oid::int8::float8 as oid, extname as name, nspname as schema, obj_description(x.oid, 'pg_extension') as comment,
        (select array_agg(d.classid::regclass::text || ':' || d.objid || ':0')
          from pg_depend d where d.refclassid = 'pg_extension'::regclass and d.refobjid = x.oid and d.deptype = 'e') as members
      from pg_extension x join pg_namespace n on n.oid = extnamespace`,
  ]);
  const { databaseOwner, ...carriedByDatabase } = database!;
  add(reading, { id: { kind: 'database' }, attrs: { owner: databaseOwner } });
  addCarried(reading, { kind: 'database' }, carriedByDatabase);
  for (const { oid, name, ...carried } of schemas) {
    const id = { kind: 'schema', name } as const;
    add(reading, { id, attrs: {} }, address('pg_namespace', oid));
    addCarried(reading, id, carried);
  }
  for (const { oid, name, schema, comment, members } of extensions) {
    const id = { kind: 'extension', name } as const;
    add(reading, { id, attrs: { schema } }, address('pg_extension', oid));
    const key = reading.keys.get(address('pg_extension', oid))!;
    // What uses an extension's object depends on the extension.
    for (const member of members ?? []) reading.keys.set(member, key);
    // plpgsql's comment comes with it, as do most: it is the extension's own.
    void comment;
  }
}
