/**
 * Runs a repair: all of it or nothing, one at a time. Every statement is tried before any is kept, so that what the
 * rights at hand do not reach is told for all of them at once, and nothing is done by halves.
 */
import { KnownError, type Problem, operationalError } from '../core/model/problem.ts';
import { unitsOf } from '../core/rules/drift/repair.ts';
import { literal } from '../sql/quote.ts';
import type { TransactionSql } from 'postgres';
import { worksAgain } from './at-once.ts';
import { type Address, type Notice, connect, describeAddress } from './connect.ts';
import { letIn } from './let-in.ts';
import { rightFor } from './rights.ts';
import { type Stoppable, stoppable } from './stoppable.ts';

/** A GRANT or REVOKE for which a grant option is missing is but a warning. */
const withoutEffect = new Set(['01006', '01007']);

interface Failed {
  readonly statement: string;
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
}

/** Thrown in a transaction where all went well, and nothing is to be kept. */
class Tried extends Error {}

/** Thrown in a transaction, that it may be rolled back. */
class NotAll extends Error {
  readonly failed: readonly Failed[];
  constructor(failed: readonly Failed[]) {
    super('not every statement can be run');
    this.failed = failed;
  }
}

/**
 * @param statements without semicolons; run in one transaction under an advisory lock. What belongs to roles that
 * whoever connects may let itself into (CREATEROLE; ADMIN OPTION from 16 on) is done as a member of them, for the
 * length of the transaction.
 * @param log is told into which roles it was let. @param keep false: everything is tried, and nothing kept.
 * @param signal undoes it.
 * @throws KnownError (3) with each statement that cannot be run and the right that is missing; nothing is changed then.
 */
export async function runRepair(
  address: Address,
  statements: readonly string[],
  log: (text: string) => void,
  { keep = true, signal }: { readonly keep?: boolean; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const notices: Notice[] = [];
  const connection = await connect(address, {
    applicationName: 'dbctl drift',
    onNotice: (notice) => notices.push(notice),
  });
  const { sql } = connection;
  const attempt = (asMember: boolean): Promise<readonly string[]> =>
    stoppable(signal, (stop) =>
      sql.begin(async (transaction) => {
        const lock = `SELECT pg_advisory_xact_lock(hashtext(${literal('dbctl drift')}))`;
        await stop.run(transaction.unsafe(lock));
        await transaction.unsafe('SET LOCAL check_function_bodies = off');
        const guest = asMember ? await letIn(transaction, connection.serverVersion, statements) : undefined;
        const failed = await failures(transaction, statements, notices, stop);
        if (failed.length > 0) throw new NotAll(failed);
        await guest?.leave();
        stop.check();
        if (!keep) throw new Tried();
        return guest?.roles ?? [];
      }),
    );
  try {
    try {
      await untilAlone(() => attempt(false));
    } catch (error) {
      if (!(error instanceof NotAll) || !error.failed.some(isRight)) throw error;
      const roles = await untilAlone(() => attempt(true));
      log(`as a member of ${roles.join(', ')} for the length of the transaction`);
    }
  } catch (error) {
    if (error instanceof Tried) return;
    if (signal?.aborted === true)
      throw operationalError({
        message: `nothing was repaired in ${describeAddress(address)}`,
        help: 'Run it again.',
      });
    throw error instanceof NotAll ? refusal(error.failed, address) : error;
  } finally {
    await connection.close();
  }
}

/** Tries again what another session came in the way of. */
async function untilAlone<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await run();
    } catch (error) {
      const messages =
        error instanceof NotAll ? error.failed.map(({ message }) => message) : [(error as Error).message];
      if (attempt === 3 || !messages.some((message) => worksAgain(message))) throw error;
    }
}

/** Runs them all, each in a savepoint. @returns those that the server refused. */
async function failures(
  transaction: TransactionSql,
  statements: readonly string[],
  notices: Notice[],
  stop: Stoppable,
): Promise<Failed[]> {
  const failed: Failed[] = [];
  for (const unit of unitsOf(statements)) {
    let running = '';
    try {
      await transaction.savepoint(async (savepoint) => {
        for (running of unit) {
          notices.length = 0;
          await stop.run(savepoint.unsafe(running));
          const notice = notices.find(({ code }) => code !== undefined && withoutEffect.has(code));
          if (notice !== undefined) throw Object.assign(new Error(notice.message), { code: '42501' });
        }
      });
    } catch (error) {
      stop.check();
      const { code = '', message, detail } = error as Error & { code?: string; detail?: string };
      failed.push({ statement: running, code, message, ...(detail === undefined ? {} : { detail }) });
    }
  }
  return failed;
}

const isRight = ({ code }: Failed): boolean => code === '42501';

function refusal(failed: readonly Failed[], address: Address): KnownError {
  const lacking = failed.filter(isRight);
  if (lacking.length === 0) {
    const [{ statement, message }] = failed as [Failed];
    return operationalError({
      message: `nothing was repaired in ${describeAddress(address)}: ${message} (in: ${statement})`,
      help: 'Look at the statement with --fix-sql, and run it by hand.',
    });
  }
  return new KnownError(
    lacking.map((each): Problem => ({
      message: `nothing was repaired in ${describeAddress(address)}: ${address.user} needs ${rightFor(each)} for: ${each.statement} (${each.message})`,
      help: 'Give it the right, connect as who has it or as a superuser, or run the SQL of --fix-sql as whoever may.',
    })),
    3,
  );
}
