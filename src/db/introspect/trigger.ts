/** Triggers that somebody made: not those of constraints. Of those that partitions have from their parent, what differs from the parent's. */
import type { TriggerAttributes } from '../../core/kinds/trigger.ts';
import { keyOf } from '../../core/model/id.ts';
import type { TriggerState } from '../../core/kinds/trigger-state.ts';
import { type Reading, add, addCarried, address, notOfExtension, userNamespace } from './reading.ts';

/** SQL: how a trigger or rule fires, from its tgenabled or ev_enabled. */
export const enabledState = (column: string): string =>
  `case ${column} when 'D' then 'disabled' when 'R' then 'replica' when 'A' then 'always' else 'origin' end`;

export async function readTriggers(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<
    ({
      oid: number;
      constraintOid: number;
      schema: string;
      table: string;
      name: string;
      comment: string | null;
    } & TriggerAttributes)[]
  >`
    select t.oid::int8::float8 as oid, n.nspname as schema, c.relname as table, t.tgname as name,
      t.tgconstraint::int8::float8 as "constraintOid",
      substr(pg_get_triggerdef(t.oid), length('CREATE ') + 1) as definition,
      ${sql.unsafe(enabledState('t.tgenabled'))} as enabled, t.tgconstraint <> 0 as constraint,
      obj_description(t.oid, 'pg_trigger') as comment
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where not t.tgisinternal and t.tgparentid = 0 and c.relkind in ('r', 'p', 'v', 'f') and ${sql.unsafe(userNamespace)}
      and ${sql.unsafe(notOfExtension('pg_trigger', 't.oid'))} and ${sql.unsafe(notOfExtension('pg_class', 'c.oid'))}`;
  for (const { oid, constraintOid, schema, table, name, comment, ...attrs } of rows) {
    const id = { kind: 'trigger', schema, table, name } as const;
    add(reading, { id, attrs }, address('pg_trigger', oid));
    // What a constraint trigger depends on, it does through its constraint: the table that FROM names.
    if (constraintOid !== 0)
      reading.keys.set(
        address('pg_constraint', constraintOid),
        reading.keys.get(address('pg_trigger', oid))!,
      );
    addCarried(reading, id, { comment });
  }
}

/** After the triggers that they are copies of. */
export async function readPartitionTriggers(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<
    {
      root: number;
      schema: string;
      table: string;
      name: string;
      enabled: TriggerState;
      differs: boolean;
      comment: string | null;
    }[]
  >`
    select n.nspname as schema, c.relname as table, t.tgname as name, ${sql.unsafe(enabledState('t.tgenabled'))} as enabled,
      t.tgenabled <> p.tgenabled as differs, obj_description(t.oid, 'pg_trigger') as comment,
      (with recursive up as (select p.oid, p.tgparentid
          union all select u.oid, u.tgparentid from pg_trigger u join up on u.oid = up.tgparentid)
        select up.oid::int8::float8 from up where up.tgparentid = 0) as root
    from pg_trigger t join pg_trigger p on p.oid = t.tgparentid
    join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where t.tgparentid <> 0 and not t.tgisinternal and ${sql.unsafe(userNamespace)}
      and ${sql.unsafe(notOfExtension('pg_class', 'c.oid'))}
      and (t.tgenabled <> p.tgenabled or obj_description(t.oid, 'pg_trigger') is not null)`;
  for (const { root, schema, table, name, enabled, differs, comment } of rows) {
    const state = { kind: 'partition-trigger', schema, table, name } as const;
    const copy = { kind: 'trigger', schema, table, name } as const;
    if (differs) add(reading, { id: state, attrs: { enabled } });
    addCarried(reading, copy, { comment });
    const trigger = reading.keys.get(address('pg_trigger', root));
    if (trigger === undefined) continue;
    for (const dependent of [keyOf(state), keyOf({ kind: 'comment', on: copy })])
      reading.edges.push(
        { dependent, referenced: trigger, type: 'auto' },
        { dependent, referenced: keyOf({ kind: 'partition', schema, name: table }), type: 'auto' },
      );
  }
}
