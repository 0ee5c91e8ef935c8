/** The shadow: a throw-away PostgreSQL in which migrations are replayed and desired SQL is loaded. */
import { connect, type Address } from './connect.ts';
import { openThrowAway } from './server/throw-away.ts';

export interface Shadow {
  /** Its database `shadow`, as the superuser `postgres`. The cluster is its own: roles may be made freely. */
  readonly address: Address;
  /** server_version_num: 180004. */
  readonly serverVersion: number;
  /** Stops it and deletes its files. May be called again. */
  readonly close: () => Promise<void>;
}

export interface ShadowOptions {
  /** Default: the major that dbctl brings. */
  readonly major?: number;
  /** Closes the shadow when aborted. */
  readonly signal?: AbortSignal;
  readonly log?: (message: string) => void;
}

/** Opens a shadow, in well under a second once its template is cached. @throws KnownError (3) when the major is not installed, or the server does not start. */
export async function openShadow(options: ShadowOptions = {}): Promise<Shadow> {
  const { log, ...cluster } = options;
  const from = Date.now();
  const { address, close } = await openThrowAway(cluster);
  try {
    const connection = await connect(address('template1'));
    const { sql, serverVersion } = connection;
    // Renamed, since another database would be three hundred files more to write.
    await sql`alter database postgres rename to shadow`;
    await connection.close();
    log?.(`shadow PostgreSQL ${Math.floor(serverVersion / 10_000)} ready in ${Date.now() - from} ms`);
    return { address: address('shadow'), serverVersion, close };
  } catch (error) {
    await close();
    throw error;
  }
}
