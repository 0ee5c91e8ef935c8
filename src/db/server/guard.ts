/**
 * Who turns out the light: the last dbctl that uses a server stops it.
 *
 * Each process holds a guard connection, and on it a shared advisory lock, for as long as it uses the server.
 * At its end it tries to take the same lock alone: nobody else's guard is there when it gets it. A second
 * lock puts ends in a row, so that of two processes that end at once one sees that the other has gone.
 */
import { isAway } from '../away.ts';
import { connect, type Address, type Connection } from '../connect.ts';
import { pause } from './process.ts';

const inUse = 0x6462_6374;
const ending = 0x6462_6375;

/** @returns a guard. @throws KnownError (3) when the server cannot be reached, with PostgreSQL's or the system's error as its cause. */
export async function openGuard(address: Address): Promise<Connection> {
  const guard = await connect(address, { applicationName: 'dbctl guard', lockTimeout: 0 });
  try {
    // Waits while another process decides to stop the server; that ends this connection, and the caller starts anew.
    await guard.sql`select pg_advisory_lock_shared(${inUse})`;
    return guard;
  } catch (error) {
    await guard.close();
    throw error;
  }
}

/** Ends a guard. `stop` is called, before the connection is closed, when no other guard is left. */
export async function closeGuard(guard: Connection, stop: () => Promise<void>): Promise<void> {
  const { sql } = guard;
  try {
    await sql`select pg_advisory_lock(${ending})`;
    const [row] = await sql<{ last: boolean }[]>`select pg_try_advisory_lock(${inUse}) as last`;
    if (row?.last === true) await stop();
    else {
      // In this order: whoever ends next must not count us.
      await sql`select pg_advisory_unlock_shared(${inUse})`;
      await sql`select pg_advisory_unlock(${ending})`;
    }
  } catch (error) {
    if (!isAway(error)) throw error;
  } finally {
    await guard.close();
  }
}

/** Calls `attempt` until the server is there: every 25 ms, for half a minute. */
export async function whenThere<T>(attempt: () => Promise<T>): Promise<T> {
  for (const deadline = Date.now() + 30_000; ; await pause(25))
    try {
      return await attempt();
    } catch (error) {
      if (!isAway(error) || Date.now() > deadline) throw error;
    }
}
