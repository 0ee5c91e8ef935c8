/** Views. */
import type { ViewColumn } from '../../core/kinds/view.ts';
import {
  type Carried,
  type Reading,
  add,
  addCarried,
  address,
  notOfExtension,
  userNamespace,
} from './reading.ts';

/** Of views and materialized views only whose they are, and who may use them: to print what they are takes most of the time. */
export async function readViewHolders(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<({ oid: number; isStored: boolean; schema: string; name: string } & Carried)[]>`
    select c.oid::int8::float8 as oid, c.relkind = 'm' as "isStored", n.nspname as schema, c.relname as name,
      pg_get_userbyid(c.relowner) as owner, coalesce(c.relacl, acldefault('r', c.relowner))::text as acl,
      null as comment
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('v', 'm') and c.relpersistence <> 't' and ${sql.unsafe(userNamespace)}
      and ${sql.unsafe(notOfExtension('pg_class', 'c.oid'))}`;
  for (const { oid, isStored, schema, name, ...carried } of rows) {
    const id = { kind: isStored ? 'materialized-view' : 'view', schema, name } as const;
    add(reading, { id, attrs: {} }, address('pg_class', oid));
    addCarried(reading, id, carried);
  }
}

export async function readViews(reading: Reading): Promise<void> {
  const rows = await reading.sql<
    ({
      oid: number;
      rule: number;
      schema: string;
      name: string;
      definition: string;
      columns: ViewColumn[] | null;
      options: string[] | null;
    } & Carried)[]
  >`
    select c.oid::int8::float8 as oid, r.oid::int8::float8 as rule, n.nspname as schema, c.relname as name,
      rtrim(pg_get_viewdef(c.oid), ';') as definition,
      (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
          'collation', case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end) order by a.attnum)
        from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = c.oid and a.attnum > 0) as columns,
      (select array_agg(o order by o) from unnest(c.reloptions) o) as options,
      pg_get_userbyid(c.relowner) as owner, coalesce(c.relacl, acldefault('r', c.relowner))::text as acl,
      obj_description(c.oid, 'pg_class') as comment
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_rewrite r on r.ev_class = c.oid and r.rulename = '_RETURN'
    where c.relkind = 'v' and c.relpersistence <> 't' and ${reading.sql.unsafe(userNamespace)}
      and ${reading.sql.unsafe(notOfExtension('pg_class', 'c.oid'))}`;
  for (const { oid, rule, schema, name, definition, columns, options, ...carried } of rows) {
    const id = { kind: 'view', schema, name } as const;
    const attrs = { definition, columns: columns ?? [], options: options ?? [] };
    add(reading, { id, attrs }, address('pg_class', oid));
    // A view depends on what it reads through its rule.
    reading.keys.set(address('pg_rewrite', rule), reading.keys.get(address('pg_class', oid))!);
    addCarried(reading, id, carried);
  }
}
