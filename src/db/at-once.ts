/** Statements that all run or none, one run at a time. */
import { literal } from '../sql/quote.ts';
import type { Connection } from './connect.ts';
import { stoppable } from './stoppable.ts';

/** Another session changed the same row of a catalog at that moment: it works when tried again. */
export const worksAgain = (message: string): boolean => /tuple concurrently (updated|deleted)/.test(message);

type ServerError = Error & { readonly code?: string; readonly detail?: string };

/** The statement that failed, and why (`cause`); what ran before it is undone. */
export class StatementError extends Error {
  override name = 'StatementError';
  readonly statement: string;
  /** SQLSTATE. */
  readonly code: string | undefined;

  constructor(statement: string, cause: ServerError) {
    super(cause.detail === undefined ? cause.message : `${cause.message}: ${cause.detail}`, { cause });
    this.statement = statement;
    this.code = cause.code;
  }
}

/**
 * Runs statements in one transaction, under an advisory lock.
 * @param lock its name: whoever takes the same waits
 * @param statements without semicolons
 * @param signal undoes it
 * @throws StatementError; nothing is changed then.
 */
export async function runAtOnce(
  { sql }: Connection,
  lock: string,
  statements: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    let [running = ''] = statements;
    try {
      await stoppable(signal, (stop) =>
        sql.begin(async (transaction) => {
          await stop.run(transaction.unsafe(`SELECT pg_advisory_xact_lock(hashtext(${literal(lock)}))`));
          for (running of statements) await stop.run(transaction.unsafe(running));
          stop.check();
        }),
      );
      return;
    } catch (error) {
      const known = error as ServerError;
      if (attempt < 3 && signal?.aborted !== true && worksAgain(known.message)) continue;
      throw new StatementError(running, known);
    }
  }
}
