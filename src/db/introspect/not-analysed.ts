/** Every object that no kind models, by the server's own name for it: told, so that nothing is dropped in silence. */
import { usableCollation } from './collation.ts';
import { type Reading, notOfExtension, userNamespace } from './reading.ts';

/** Catalogs whose objects lie in a schema: catalog, namespace column, and which rows are not modelled. */
const inSchema: readonly (readonly [catalog: string, namespace: string, unmodelled: string])[] = [
  [
    'pg_class',
    'relnamespace',
    `(o.relkind = 'f' and not o.relispartition and exists (select from pg_inherits i where i.inhrelid = o.oid))`,
  ],
  [
    'pg_type',
    'typnamespace',
    `o.typtype = 'm' and (o.typacl is not null or obj_description(o.oid, 'pg_type') is not null)`,
  ],
  ['pg_collation', 'collnamespace', `not (${usableCollation})`],
];

/** Every column of ACLs that is read, here or by a kind; pg_init_privs says what extensions came with. */
const aclColumns = [
  'pg_attribute.attacl',
  'pg_class.relacl',
  'pg_database.datacl',
  'pg_default_acl.defaclacl',
  'pg_foreign_data_wrapper.fdwacl',
  'pg_foreign_server.srvacl',
  'pg_init_privs.initprivs',
  'pg_language.lanacl',
  'pg_largeobject_metadata.lomacl',
  'pg_namespace.nspacl',
  'pg_parameter_acl.paracl',
  'pg_proc.proacl',
  'pg_tablespace.spcacl',
  'pg_type.typacl',
];

export async function readNotAnalysed(reading: Reading): Promise<void> {
  const { sql } = reading;
  const parts = [
    ...inSchema.map(
      ([catalog, namespace, unmodelled]) => `
      select pg_describe_object('${catalog}'::regclass, o.oid, 0) as object, n.nspname as schema
      from ${catalog} o join pg_namespace n on n.oid = o.${namespace}
      where (${unmodelled}) and ${userNamespace} and ${notOfExtension(catalog, 'o.oid')}`,
    ),
    `select 'index ' || c.oid::regclass || ', to which not every partition has one attached', n.nspname
      from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'I' and not i.indisvalid and ${userNamespace}`,
    `select 'index ' || c.oid::regclass || ', which sorts otherwise, or has other parameters, than the one that it is attached to', n.nspname
      from pg_inherits h join pg_index i on i.indexrelid = h.inhrelid join pg_index p on p.indexrelid = h.inhparent
      join pg_class c on c.oid = h.inhrelid join pg_class a on a.oid = h.inhparent join pg_namespace n on n.oid = c.relnamespace
      where (i.indoption::text <> p.indoption::text or c.reloptions is distinct from a.reloptions) and ${userNamespace}`,
    `select 'setting of all roles in all databases: ' || setting, null from pg_db_role_setting, unnest(setconfig) setting
      where setdatabase = 0 and setrole = 0`,
    // A server that has privileges where none that we know has them.
    `select 'privileges in ' || c.relname || '.' || a.attname, null
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      where a.atttypid = 'aclitem[]'::regtype and a.attnum > 0 and not a.attisdropped and c.relkind = 'r'
        and c.relnamespace = 'pg_catalog'::regnamespace and c.relname || '.' || a.attname not in (${aclColumns.map((name) => `'${name}'`).join(', ')})`,
  ];
  const rows = await sql.unsafe<{ object: string; schema: string | null }[]>(
    `${parts.join('\nunion all\n')}\norder by 1`,
  );
  for (const { object, schema } of rows)
    reading.notAnalysed.push({ object, schema, why: 'this kind of object is not modelled yet' });
}
