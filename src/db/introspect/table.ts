/** Tables with their partition bounds, and what they inherit. Their columns are read apart. */
import type { TableAttributes } from '../../core/kinds/table.ts';
import {
  type Carried,
  type Reading,
  add,
  addCarried,
  address,
  commentOf,
  notOfExtension,
  userNamespace,
} from './reading.ts';

interface TableRow extends Carried {
  oid: number;
  schema: string;
  name: string;
  kind: 'table' | 'partitioned';
  partitionKey: string | null;
  persistence: 'permanent' | 'unlogged';
  options: string[] | null;
  rowSecurity: boolean;
  forceRowSecurity: boolean;
  accessMethod: string | null;
  ofType: string | null;
  replicaIdentity: 'default' | 'full' | 'nothing' | 'index';
  bound: string | null;
  parentOid: number | null;
  parentSchema: string | null;
  parentTable: string | null;
}

export async function readTables(reading: Reading): Promise<void> {
  const rows = await reading.sql<TableRow[]>`
    select c.oid::int8::float8 as oid, n.nspname as schema, c.relname as name,
      case c.relkind when 'p' then 'partitioned' else 'table' end as kind,
      case c.relkind when 'p' then pg_get_partkeydef(c.oid) end as "partitionKey",
      case c.relpersistence when 'u' then 'unlogged' else 'permanent' end as persistence,
      case when c.reloptions is not null or tc.reloptions is not null then (
        select array_agg(o order by o) from (select unnest(c.reloptions) as o
          union all select 'toast.' || unnest(tc.reloptions)) o) end as options,
      nullif(am.amname, case c.relkind when 'r' then 'heap' end) as "accessMethod",
      case when c.reloftype <> 0 then format_type(c.reloftype, null) end as "ofType",
      c.relrowsecurity as "rowSecurity", c.relforcerowsecurity as "forceRowSecurity",
      case c.relreplident when 'f' then 'full' when 'n' then 'nothing' when 'i' then 'index' else 'default' end as "replicaIdentity",
      case when c.relispartition then pg_get_expr(c.relpartbound, 0) end as bound,
      i.inhparent::int8::float8 as "parentOid", pn.nspname as "parentSchema", p.relname as "parentTable",
      pg_get_userbyid(c.relowner) as owner, coalesce(c.relacl, acldefault('r', c.relowner))::text as acl,
      cm.description as comment
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    ${reading.sql.unsafe(commentOf('pg_class', 'c.oid'))}
    left join pg_class tc on tc.oid = c.reltoastrelid and tc.reloptions is not null
    left join pg_am am on am.oid = c.relam
    left join pg_inherits i on c.relispartition and i.inhrelid = c.oid
    left join pg_class p on p.oid = i.inhparent left join pg_namespace pn on pn.oid = p.relnamespace
    where c.relkind in ('r', 'p') and c.relpersistence <> 't' and ${reading.sql.unsafe(userNamespace)}
      and ${reading.sql.unsafe(notOfExtension('pg_class', 'c.oid'))}`;
  for (const row of rows) {
    const { oid, schema, name, owner, acl, comment, bound, parentOid, parentSchema, parentTable, ofType } =
      row;
    const id = { kind: 'table', schema, name } as const;
    const attrs = {
      kind: row.kind,
      partitionKey: row.partitionKey,
      persistence: row.persistence,
      options: row.options ?? [],
      accessMethod: row.accessMethod,
      rowSecurity: row.rowSecurity,
      forceRowSecurity: row.forceRowSecurity,
      replicaIdentity: row.replicaIdentity,
    } satisfies TableAttributes;
    add(reading, { id, attrs }, address('pg_class', oid));
    addCarried(reading, id, { ...(owner === undefined ? {} : { owner }), acl: acl ?? null, comment });
    if (ofType !== null) add(reading, { id: { kind: 'of-type', schema, name }, attrs: { type: ofType } });
    if (bound === null || parentOid === null || parentSchema === null || parentTable === null) continue;
    // The columns tell the names.
    const notNullNames = {};
    reading.notNullNames.set(oid, notNullNames);
    reading.parents.set(oid, [parentOid]);
    const partition = { kind: 'partition', schema, name } as const;
    add(reading, { id: partition, attrs: { parentSchema, parentTable, bound, notNullNames } });
  }
}

/** INHERITS of tables that are no partitions. */
export async function readInherits(reading: Reading): Promise<void> {
  const rows = await reading.sql<
    {
      oid: number;
      schema: string;
      name: string;
      parentOid: number;
      parentSchema: string;
      parent: string;
      order: number;
    }[]
  >`
    select c.oid::int8::float8 as oid, n.nspname as schema, c.relname as name, p.oid::int8::float8 as "parentOid",
      pn.nspname as "parentSchema", p.relname as parent, i.inhseqno as order
    from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_namespace n on n.oid = c.relnamespace
    join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
    where c.relkind = 'r' and not c.relispartition and c.relpersistence <> 't'
      and ${reading.sql.unsafe(userNamespace)} and ${reading.sql.unsafe(notOfExtension('pg_class', 'c.oid'))}
    order by i.inhrelid, i.inhseqno`;
  for (const { oid, schema, name, parentOid, parentSchema, parent, order } of rows) {
    reading.parents.set(oid, [...(reading.parents.get(oid) ?? []), parentOid]);
    add(reading, { id: { kind: 'inherit', schema, name, parentSchema, parent }, attrs: {}, order });
  }
}
