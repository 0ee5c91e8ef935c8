/** The database and its schemas. */
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
  const [[database], schemas] = await Promise.all([
    sql<
      (Omit<Carried, 'owner'> & { databaseOwner: string; tablespace: string; largeObjectOwners: string[] })[]
    >`
      select pg_get_userbyid(datdba) as "databaseOwner", coalesce(datacl, acldefault('d', datdba))::text as acl,
        shobj_description(d.oid, 'pg_database') as comment, spcname as tablespace,
        array(select distinct pg_get_userbyid(lomowner)::text from pg_largeobject_metadata order by 1) as "largeObjectOwners"
      from pg_database d join pg_tablespace t on t.oid = dattablespace where datname = current_database()`,
    sql<({ oid: number; name: string } & Carried)[]>`
      select n.oid::int8::float8 as oid, nspname as name, pg_get_userbyid(nspowner) as owner,
        coalesce(nspacl, acldefault('n', nspowner))::text as acl, obj_description(n.oid, 'pg_namespace') as comment
      from pg_namespace n
      where ${sql.unsafe(userNamespace)} and ${sql.unsafe(notOfExtension('pg_namespace', 'n.oid'))}`,
  ]);
  const { databaseOwner, tablespace, largeObjectOwners, ...carriedByDatabase } = database!;
  add(reading, {
    id: { kind: 'database' },
    attrs: { owner: databaseOwner },
    aside: { tablespace, ...(largeObjectOwners.length === 0 ? {} : { largeObjectOwners }) },
  });
  addCarried(reading, { kind: 'database' }, carriedByDatabase);
  for (const { oid, name, ...carried } of schemas) {
    const id = { kind: 'schema', name } as const;
    add(reading, { id, attrs: {} }, address('pg_namespace', oid));
    addCarried(reading, id, carried);
  }
}
