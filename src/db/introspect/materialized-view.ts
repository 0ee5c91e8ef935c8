/** Materialized views. */
import type { MaterializedViewAttributes } from '../../core/kinds/materialized-view.ts';
import {
  type Carried,
  type Reading,
  add,
  addCarried,
  address,
  notOfExtension,
  userNamespace,
} from './reading.ts';

export async function readMaterializedViews(reading: Reading): Promise<void> {
  const rows = await reading.sql<
    ({
      oid: number;
      rule: number;
      schema: string;
      name: string;
      attrs: MaterializedViewAttributes;
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
        'populated', c.relispopulated) as attrs,
      pg_get_userbyid(c.relowner) as owner, coalesce(c.relacl, acldefault('r', c.relowner))::text[] as acl,
      obj_description(c.oid, 'pg_class') as comment
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_rewrite r on r.ev_class = c.oid and r.rulename = '_RETURN'
    left join pg_am am on am.oid = c.relam
    where c.relkind = 'm' and ${reading.sql.unsafe(userNamespace)}
      and ${reading.sql.unsafe(notOfExtension('pg_class', 'c.oid'))}`;
  for (const { oid, rule, schema, name, attrs, ...carried } of rows) {
    const id = { kind: 'materialized-view', schema, name } as const;
    add(reading, { id, attrs }, address('pg_class', oid));
    // It depends on what it reads through its rule.
    reading.keys.set(address('pg_rewrite', rule), reading.keys.get(address('pg_class', oid))!);
    addCarried(reading, id, carried);
  }
}
