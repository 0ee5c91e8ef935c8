/**
 * One run at a time per domain and database. Advisory locks of a session, keyed by the history table: runs of
 * different domains never wait for one another, and a killed run lets go by itself.
 */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { HistoryTable } from '../../core/migration/history.ts';
import type { Connection } from '../connect.ts';
import type { Session } from './runner.ts';

/** `dbct` in ASCII: the first half of every key of ours. */
const space = 0x64_62_63_74;
const pollEvery = 200;

/**
 * Takes the domains' locks on the session, always in the same order, and waits for whoever has one: by asking again,
 * since a session that waits inside the server holds a snapshot, and CREATE INDEX CONCURRENTLY of the run that it
 * waits for would wait for that snapshot.
 *
 * @param onWait called with the holder whenever it is another than before.
 * @throws the signal's reason when it is aborted. The locks end with the session.
 */
export async function takeLocks(
  session: Session,
  connection: Connection,
  histories: readonly HistoryTable[],
  signal: AbortSignal,
  onWait: (holder: string) => void,
): Promise<void> {
  for (const key of histories.map(keyOf).toSorted((a, b) => a - b)) {
    let told = '';
    for (;;) {
      signal.throwIfAborted();
      const [row] = await session.query(`SELECT pg_try_advisory_lock(${space}, ${key}) AS taken`);
      if (row!['taken'] === true) break;
      const holder = await holderOf(connection, key);
      if (holder !== told && holder !== '') onWait((told = holder));
      await delay(pollEvery, undefined, { signal });
    }
  }
}

/** A signed 32-bit number that is the same for the same history table, everywhere and always. */
function keyOf({ schema, table }: HistoryTable): number {
  return createHash('sha256').update(`${schema}\0${table}`).digest().readInt32BE(0);
}

async function holderOf({ sql }: Connection, key: number): Promise<string> {
  const [row] = await sql<Activity[]>`
    SELECT a.pid, a.usename AS "user", a.application_name AS application, a.state, a.xact_start AS since
    FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND l.classid = ${space}::bigint::oid AND l.objid = ${key >>> 0}::bigint::oid`;
  return row === undefined ? '' : `pid ${row.pid} (${row.user}, ${row.application || 'unnamed'})`;
}

interface Activity {
  readonly pid: number;
  readonly user: string;
  readonly application: string;
  readonly state: string | null;
  readonly since: Date | null;
}

/** @returns who keeps the session from a lock that it waits for, in words; an empty text: nobody. Their queries are theirs, and are not told. */
export async function blockersOf({ sql }: Connection, pid: number): Promise<string> {
  const rows = await sql<Activity[]>`
    SELECT pid, usename AS "user", application_name AS application, state, xact_start AS since
    FROM pg_stat_activity WHERE pid = ANY (pg_blocking_pids(${pid})) ORDER BY xact_start, pid`;
  return rows
    .map(({ pid, user, application, state, since }) => {
      const transaction =
        since === null ? '' : `, in a transaction since ${since.toISOString().slice(11, 19)} UTC`;
      return `pid ${pid} (${[user, application, state].filter(Boolean).join(', ')}${transaction})`;
    })
    .join(', ');
}
