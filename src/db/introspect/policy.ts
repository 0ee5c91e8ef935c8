/** Row security policies. */
import type { PolicyAttributes } from '../../core/kinds/policy.ts';
import { type Reading, add, addCarried, address, notOfExtension, userNamespace } from './reading.ts';

export async function readPolicies(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<
    ({
      oid: number;
      schema: string;
      table: string;
      name: string;
      comment: string | null;
    } & PolicyAttributes)[]
  >`
    select p.oid::int8::float8 as oid, n.nspname as schema, c.relname as table, p.polname as name,
      p.polpermissive as permissive,
      case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end as command,
      (select array_agg(role order by role) from (
        select case when r = 0 then 'public' else pg_get_userbyid(r)::text end as role from unnest(p.polroles) r) roles) as roles,
      pg_get_expr(p.polqual, p.polrelid) as using, pg_get_expr(p.polwithcheck, p.polrelid) as check,
      obj_description(p.oid, 'pg_policy') as comment
    from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
    where ${sql.unsafe(userNamespace)}
      and ${sql.unsafe(notOfExtension('pg_policy', 'p.oid'))} and ${sql.unsafe(notOfExtension('pg_class', 'c.oid'))}`;
  for (const { oid, schema, table, name, comment, ...attrs } of rows) {
    const id = { kind: 'policy', schema, table, name } as const;
    add(reading, { id, attrs }, address('pg_policy', oid));
    addCarried(reading, id, { comment });
  }
}
