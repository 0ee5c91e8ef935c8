/** One migration applied or taken back in a live database: waits, retries, cancellation. */
import { setTimeout as delay } from 'node:timers/promises';
import type { HistoryTable } from '../../core/migration/history.ts';
import type { MigrationFile } from '../../core/migration/migration-file.ts';
import { type Address, connect, type Connection } from '../connect.ts';
import { failureOf } from './failure.ts';
import { blockersOf, takeLocks } from './locks.ts';
import type { Progress } from './progress.ts';
import { type Direction, openSession, type Session, StatementError, type Step } from './runner.ts';

/** A database that is being migrated: a session that works, and a connection that looks on. */
export interface Workplace {
  readonly database: string;
  readonly connection: Connection;
  readonly session: Session;
  /** Of the selected domains, `_cluster` included. */
  readonly histories: readonly HistoryTable[];
  /** Of the other domains in this database. */
  readonly others: readonly HistoryTable[];
}

/** A database to migrate. */
export interface Site extends Pick<Workplace, 'database' | 'histories' | 'others'> {
  readonly address: Address;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly dbctlVersion: string;
  /** Milliseconds on a clock that only goes forward. */
  readonly elapsed: () => number;
  /** Milliseconds that a statement may wait for a lock; default 5,000. */
  readonly lockTimeout?: number;
  /** How often a migration is tried whose lock does not come; default 5. */
  readonly attempts?: number;
  /** Write the history only: the database is what the migrations make already. */
  readonly recordOnly?: boolean;
}

/**
 * Opens every database, takes the locks of the selected domains, calls `use`, and closes what it has opened.
 * @throws KnownError (3) when a database cannot be reached.
 */
export async function withWorkplaces<T>(
  sites: readonly Site[],
  verb: string,
  options: RunOptions,
  use: (workplaces: readonly Workplace[]) => Promise<T>,
): Promise<T> {
  const workplaces: Workplace[] = [];
  try {
    for (const { address, database, histories, others } of sites) {
      const connection = await connect(address, { applicationName: `dbctl ${verb} (watch)` });
      const session = await openSession(address, `dbctl ${verb}`).catch(async (error: unknown) => {
        await connection.close();
        throw error;
      });
      workplaces.push({ database, connection, session, histories, others });
    }
    for (const { session, connection, histories, database } of workplaces)
      await takeLocks(session, connection, histories, options.signal, (holder) =>
        options.progress.waiting(database, holder),
      );
    return await use(workplaces);
  } finally {
    for (const { session, connection } of workplaces)
      await Promise.all([session.close(), connection.close()]);
  }
}

/** Lock not available, deadlock, serialization failure: the same statements may succeed a moment later. */
const passing = new Set(['55P03', '40P01', '40001']);

/**
 * @param stand how many migrations of this run stand already: for the message of a failure.
 * @returns the milliseconds that it took, waits and retries included.
 * @throws KnownError (3) for a statement that fails, with its place and with what stands.
 */
export async function apply(
  { connection, session }: Workplace,
  history: HistoryTable,
  file: MigrationFile,
  direction: Direction,
  stand: number,
  options: RunOptions,
): Promise<number> {
  const { signal, progress, elapsed } = options;
  const started = elapsed();
  const attempts = file.parsed.transaction === 'on' ? (options.attempts ?? 5) : 1;
  let blockers = '';
  let told = '';
  const step: Step = {
    file,
    direction,
    history,
    lockTimeout: options.lockTimeout ?? 5_000,
    dbctlVersion: options.dbctlVersion,
    elapsed,
    recordOnly: options.recordOnly === true,
    onStatement: () => {
      if (signal.aborted) throw new Error('stopped');
      blockers = '';
    },
  };
  // The server goes on with a statement until it is told otherwise.
  const cancel = () => void connection.sql`SELECT pg_cancel_backend(${session.pid})`.catch(() => {});
  signal.addEventListener('abort', cancel);
  const look = setInterval(
    () => {
      blockersOf(connection, session.pid).then(
        (found) => {
          if (found === '') return;
          blockers = found;
          if (found !== told) progress.blocked(file, (told = found));
        },
        () => {},
      );
    },
    Math.min(500, step.lockTimeout / 3),
  );
  try {
    for (let attempt = 1; ; attempt += 1)
      try {
        await session.step(step);
        return elapsed() - started;
      } catch (error) {
        const code = error instanceof StatementError ? error.server.code : undefined;
        if (signal.aborted || attempt >= attempts || !passing.has(code ?? ''))
          throw await failureOf(error, step, connection, { stand, blockers, stopped: signal.aborted });
        const pause = 250 * 2 ** attempt;
        progress.retrying(file, attempt, attempts, pause, blockers);
        await delay(pause, undefined, { signal }).catch(() => {});
      }
  } finally {
    clearInterval(look);
    signal.removeEventListener('abort', cancel);
  }
}
