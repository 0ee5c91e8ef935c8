/** Event triggers. */
import type { EventTriggerAttributes } from '../../core/kinds/event-trigger.ts';
import { type Reading, add, addCarried, address, notOfExtension } from './reading.ts';
import { enabledState } from './trigger.ts';

export async function readEventTriggers(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<
    ({ oid: number; name: string; owner: string; comment: string | null } & EventTriggerAttributes)[]
  >`
    select g.oid::int8::float8 as oid, g.evtname as name, g.evtevent as event,
      coalesce(g.evttags, '{}') as tags,
      n.nspname as "functionSchema", p.proname as "functionName",
      ${sql.unsafe(enabledState('g.evtenabled'))} as enabled,
      pg_get_userbyid(g.evtowner) as owner, obj_description(g.oid, 'pg_event_trigger') as comment
    from pg_event_trigger g join pg_proc p on p.oid = g.evtfoid join pg_namespace n on n.oid = p.pronamespace
    where ${sql.unsafe(notOfExtension('pg_event_trigger', 'g.oid'))}`;
  for (const { oid, name, owner, comment, ...attrs } of rows) {
    const id = { kind: 'event-trigger', name } as const;
    add(reading, { id, attrs }, address('pg_event_trigger', oid));
    addCarried(reading, id, { owner, comment });
  }
}
