/** CLUSTER ON, and REPLICA IDENTITY USING INDEX. */
import { type Reading, add, notOfExtension, userNamespace } from './reading.ts';

export async function readIndexMarks(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<
    { schema: string; table: string; index: string; clustered: boolean; identity: boolean }[]
  >`
    select n.nspname as schema, c.relname as table, ic.relname as index, i.indisclustered as clustered,
      i.indisreplident and c.relreplident = 'i' as identity
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_class ic on ic.oid = i.indexrelid
    join pg_namespace n on n.oid = c.relnamespace
    where (i.indisclustered or i.indisreplident) and c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't'
      and ${sql.unsafe(userNamespace)} and ${sql.unsafe(notOfExtension('pg_class', 'c.oid'))}`;
  for (const { schema, table, index, clustered, identity } of rows)
    for (const [name, is] of [
      ['cluster', clustered],
      ['replica identity', identity],
    ] as const)
      if (is) add(reading, { id: { kind: 'index-mark', schema, table, name }, attrs: { index } });
}
