/** Runs a repair: all of it or nothing, one at a time. */
import { operationalError } from '../core/model/problem.ts';
import { StatementError, runAtOnce } from './at-once.ts';
import { type Connection, describeAddress } from './connect.ts';

/**
 * @param statements without semicolons; run in one transaction under an advisory lock.
 * @throws KnownError (3) with the statement that failed; nothing is changed then.
 */
export async function runRepair(connection: Connection, statements: readonly string[]): Promise<void> {
  try {
    await runAtOnce(connection, 'dbctl drift', ['SET LOCAL check_function_bodies = off', ...statements]);
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    const { message, code, statement } = error;
    throw operationalError(
      {
        message: `nothing was repaired in ${describeAddress(connection.address)}: ${message} (in: ${statement})`,
        help:
          code === '42501'
            ? 'Connect as the owner of the object, as the role that granted the privilege, or as a superuser; or run the SQL of --fix-sql as whoever may.'
            : 'Look at the statement with --fix-sql, and run it by hand.',
      },
      error,
    );
  }
}
