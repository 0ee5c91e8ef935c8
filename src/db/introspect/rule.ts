/** Rewrite rules other than a view's own. */
import type { RuleAttributes } from '../../core/kinds/rule.ts';
import { type Reading, add, addCarried, address, notOfExtension, userNamespace } from './reading.ts';
import { enabledState } from './trigger.ts';

export async function readRules(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<
    ({ oid: number; schema: string; table: string; name: string; comment: string | null } & RuleAttributes)[]
  >`
    select r.oid::int8::float8 as oid, n.nspname as schema, c.relname as table, r.rulename as name,
      rtrim(substr(pg_get_ruledef(r.oid), length('CREATE ') + 1), ';') as definition,
      ${sql.unsafe(enabledState('r.ev_enabled'))} as enabled, obj_description(r.oid, 'pg_rewrite') as comment
    from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
    where r.rulename <> '_RETURN' and c.relkind in ('r', 'p', 'v') and ${sql.unsafe(userNamespace)}
      and ${sql.unsafe(notOfExtension('pg_rewrite', 'r.oid'))} and ${sql.unsafe(notOfExtension('pg_class', 'c.oid'))}`;
  for (const { oid, schema, table, name, comment, ...attrs } of rows) {
    const id = { kind: 'rule', schema, table, name } as const;
    add(reading, { id, attrs }, address('pg_rewrite', oid));
    addCarried(reading, id, { comment });
  }
}
