/** Materialized views. */
import type { ColumnSettings } from '../../core/kinds/column-settings.ts';
import type { MaterializedViewAttributes } from '../../core/kinds/materialized-view.ts';
import { storageName } from './column.ts';
import {
  type Carried,
  type Reading,
  add,
  addCarried,
  address,
  notOfExtension,
  userNamespace,
} from './reading.ts';

/** SQL: by column, what is not as its type and the server's settings have it. */
const settings = `(select json_object_agg(a.attname, json_build_object(
    'storage', case when a.attstorage <> ty.typstorage then
      json_build_object('is', ${storageName('a.attstorage')}, 'usual', ${storageName('ty.typstorage')}) end,
    'compression', case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end,
    'statistics', nullif(coalesce(a.attstattarget, -1), -1)::int,
    'options', (select coalesce(json_agg(o order by o), '[]') from unnest(a.attoptions) o)) order by a.attname)
  from pg_attribute a join pg_type ty on ty.oid = a.atttypid
  where a.attrelid = c.oid and a.attnum > 0 and (a.attstorage <> ty.typstorage or a.attcompression <> ''
    or coalesce(a.attstattarget, -1) >= 0 or a.attoptions is not null))`;

export async function readMaterializedViews(reading: Reading): Promise<void> {
  const rows = await reading.sql<
    ({
      oid: number;
      rule: number;
      schema: string;
      name: string;
      attrs: MaterializedViewAttributes;
      settings: { [column: string]: ColumnSettings } | null;
    } & Carried)[]
  >`
    select c.oid::int8::float8 as oid, r.oid::int8::float8 as rule, n.nspname as schema, c.relname as name,
      json_build_object(
        'definition', rtrim(pg_get_viewdef(c.oid), ';'),
        'columns', (select coalesce(json_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) order by a.attnum), '[]')
          from pg_attribute a where a.attrelid = c.oid and a.attnum > 0),
        'options', (select coalesce(json_agg(o order by o), '[]') from (select unnest(c.reloptions) as o
          union all select 'toast.' || unnest(t.reloptions) from pg_class t where t.oid = c.reltoastrelid) o),
        'accessMethod', nullif(am.amname, 'heap'),
        'populated', c.relispopulated) as attrs, ${reading.sql.unsafe(settings)} as settings,
      pg_get_userbyid(c.relowner) as owner, coalesce(c.relacl, acldefault('r', c.relowner))::text as acl,
      obj_description(c.oid, 'pg_class') as comment
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_rewrite r on r.ev_class = c.oid and r.rulename = '_RETURN'
    left join pg_am am on am.oid = c.relam
    where c.relkind = 'm' and ${reading.sql.unsafe(userNamespace)}
      and ${reading.sql.unsafe(notOfExtension('pg_class', 'c.oid'))}`;
  for (const { oid, rule, schema, name, attrs: own, settings: set, ...carried } of rows) {
    const id = { kind: 'materialized-view', schema, name } as const;
    const attrs: MaterializedViewAttributes = set === null ? own : { ...own, settings: set };
    add(reading, { id, attrs }, address('pg_class', oid));
    // It depends on what it reads through its rule.
    reading.keys.set(address('pg_rewrite', rule), reading.keys.get(address('pg_class', oid))!);
    addCarried(reading, id, carried);
  }
}
