/** Domains that are there without a history: made by hand, or read by `init --from` and not adopted yet. */
import type { HistoryTable } from '../../core/migration/history.ts';
import { historyTableName } from '../../core/migration/history.ts';
import { type Connection, withConnection } from '../connect.ts';
import type { Site } from './apply.ts';

/** @returns of the sites' selected domains those that have relations and no history table. */
export async function unrecordedDomains(sites: readonly Site[]): Promise<string[]> {
  const found: string[] = [];
  for (const { address, histories } of sites)
    await withConnection(address, { applicationName: 'dbctl status', readOnly: true }, async (connection) => {
      found.push(...(await unrecordedIn(connection, histories)));
    });
  return found;
}

/** @returns of the domains with these histories those that have relations in the database, and no history table. */
export async function unrecordedIn(
  { sql }: Connection,
  histories: readonly HistoryTable[],
): Promise<string[]> {
  const rows = await sql<{ schema: string; names: string[] }[]>`
    select n.nspname as schema, array_agg(c.relname::text) as names
    from pg_namespace n join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'p', 'v', 'm')
    where n.nspname in ${sql(['', ...histories.map(({ schema }) => schema)])}
    group by 1`;
  const names = new Map(rows.map(({ schema, names: all }) => [schema, all]));
  return histories
    .filter((history) => isThere(history, names.get(history.schema) ?? []))
    .map(({ domain }) => domain);
}

function isThere({ table }: HistoryTable, names: readonly string[]): boolean {
  const prefix = table.slice(0, -historyTableName.length);
  return (
    !names.includes(table) &&
    names.some((name) => name.startsWith(prefix) && !name.endsWith(historyTableName))
  );
}
