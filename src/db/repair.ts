/** Runs a repair: all of it or nothing, one at a time. */
import { operationalError } from '../core/model/problem.ts';
import { literal } from '../sql/quote.ts';
import { type Connection, describeAddress } from './connect.ts';

/** Another session changed the same row of a catalog at that moment: it works when tried again. */
const concurrently = /tuple concurrently (updated|deleted)/;

/**
 * @param statements without semicolons; run in one transaction under an advisory lock.
 * @throws KnownError (3) with the statement that failed; nothing is changed then.
 */
export async function runRepair({ sql, address }: Connection, statements: readonly string[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    let running = '';
    try {
      await sql.begin(async (transaction) => {
        await transaction.unsafe(`SELECT pg_advisory_xact_lock(hashtext(${literal('dbctl drift')}))`);
        await transaction.unsafe('SET LOCAL check_function_bodies = off');
        for (running of statements) await transaction.unsafe(running);
      });
      return;
    } catch (error) {
      const { message, code } = error as Error & { code?: string };
      if (attempt < 3 && concurrently.test(message)) continue;
      throw operationalError(
        {
          message: `nothing was repaired in ${describeAddress(address)}: ${message} (in: ${running})`,
          help:
            code === '42501'
              ? 'Connect as the owner of the object, as the role that granted the privilege, or as a superuser; or run the SQL of --fix-sql as whoever may.'
              : 'Look at the statement with --fix-sql, and run it by hand.',
        },
        error,
      );
    }
  }
}
