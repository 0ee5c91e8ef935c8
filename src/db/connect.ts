/** Connections: one way in, with the names and time limits that every connection of ours carries. */
import { parse } from 'pg-connection-string';
import postgres from 'postgres';
import { inputError, operationalError } from '../core/model/problem.ts';
import { arrayTypes } from './array-types.ts';
import { lostConnection, noteLost } from './away.ts';

/** Where a database is and who we are there. `password` is a secret: it goes into no message, log or file. */
export interface Address {
  /** A host name, or the directory of a Unix socket (begins with `/`). */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly database: string;
  readonly ssl: boolean | 'require' | 'verify-full' | { readonly [option: string]: unknown };
}

/** A notice or warning, by its SQLSTATE. */
export interface Notice {
  readonly code?: string;
  readonly message?: string;
}

export interface ConnectOptions {
  /** What pg_stat_activity shows: `dbctl`, or `dbctl <verb>`. */
  readonly applicationName?: string;
  /** Milliseconds to wait for a lock; default 5,000. */
  readonly lockTimeout?: number;
  /** Milliseconds that one statement may take; default 0: no limit. */
  readonly statementTimeout?: number;
  /** Connections at once; default 1, so that a session's settings hold. */
  readonly max?: number;
  /** What the server remarks. Default: nobody hears it. */
  readonly onNotice?: (notice: Notice) => void;
  /** Refuse to write: default_transaction_read_only. */
  readonly readOnly?: boolean;
}

export interface Connection {
  readonly address: Address;
  readonly sql: postgres.Sql;
  /** server_version_num: 150018. */
  readonly serverVersion: number;
  readonly close: () => Promise<void>;
  /** Opens one more, to the same database with the same options. */
  readonly another: () => Promise<Connection>;
}

/** @returns the parts of a connection URL: `postgresql://user@host/db`, or `…/db?host=/socket/directory`. @throws KnownError (2) that does not repeat the URL, which may hold a password. */
export function parseAddress(url: string): Address {
  const help =
    'Write postgresql://user@host:5432/database, or postgresql://user@/database?host=/socket/directory.';
  if (!/^postgres(ql)?:\/\//.test(url))
    throw inputError({ message: 'not a PostgreSQL connection URL', help });
  let parts: ReturnType<typeof parse>;
  try {
    parts = parse(url);
  } catch {
    throw inputError({ message: 'the PostgreSQL connection URL cannot be read', help });
  }
  const user = parts.user || 'postgres';
  return {
    host: parts.host || 'localhost',
    port: parts.port ? Number(parts.port) : 5432,
    user,
    ...(parts.password ? { password: parts.password } : {}),
    database: parts.database || user,
    ssl: (parts.ssl ?? false) as Address['ssl'],
  };
}

/** Whether two databases are reached on one server: by the same name of it. */
export const isSameServer = (one: Address, other: Address): boolean =>
  one.host === other.host && one.port === other.port;

/** An address for messages: database, host and port, never the password. */
export function describeAddress({ host, port, database }: Address): string {
  return `database ${database} on ${host.startsWith('/') ? `socket ${host}` : `${host}:${port}`}`;
}

/** Opens a connection for as long as `use` runs. @returns what `use` returns. @throws KnownError (3) as `connect` does. */
export async function withConnection<T>(
  address: Address,
  options: ConnectOptions,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connect(address, options);
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

/** Opens a connection and asks the server's version. @throws KnownError (3) when the server cannot be reached or refuses, or is older than 15. */
export async function connect(address: Address, options: ConnectOptions = {}): Promise<Connection> {
  let [isLost, isClosing] = [false, false];
  const driver = postgres({
    host: address.host,
    port: address.port,
    username: address.user,
    database: address.database,
    ...(address.password === undefined ? {} : { password: address.password }),
    ...(address.host.startsWith('/')
      ? { path: `${address.host}/.s.PGSQL.${address.port}` }
      : { ssl: address.ssl as boolean }),
    max: options.max ?? 1,
    connect_timeout: 15,
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    types: arrayTypes,
    onclose: () => {
      if (!isClosing) noteLost();
      isLost = true;
    },
    onnotice: (notice) => options.onNotice?.(notice as unknown as Notice),
    connection: {
      application_name: options.applicationName ?? 'dbctl',
      lock_timeout: options.lockTimeout ?? 5_000,
      statement_timeout: options.statementTimeout ?? 0,
      ...(options.readOnly ? { default_transaction_read_only: true } : {}),
    },
  });
  const sql = refusing(driver, () => {
    if (isLost) throw lost(address);
  });
  const close = () => {
    isClosing = true;
    return driver.end({ timeout: 5 });
  };
  try {
    const [row] = await sql<
      { version: number }[]
    >`select current_setting('server_version_num')::int as version`;
    const serverVersion = row!.version;
    if (serverVersion < 150000)
      throw operationalError({
        message: `${describeAddress(address)} runs PostgreSQL ${Math.floor(serverVersion / 10000)}; dbctl needs 15 or newer`,
        help: 'Upgrade the server; 15, 16, 17 and 18 are supported.',
      });
    return { address, sql, serverVersion, close, another: () => connect(address, options) };
  } catch (error) {
    await close();
    if (error instanceof Error && error.name === 'KnownError') throw error;
    throw operationalError(
      {
        message: `cannot connect to ${describeAddress(address)} as ${address.user}: ${error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code : String(error)}`,
        help: 'Check that the server runs, that the URL names it, and that the password is right.',
      },
      error,
    );
  }
}

const lost = (address: Address) =>
  lostConnection(
    describeAddress(address),
    '',
    Object.assign(new Error('closed'), { code: 'CONNECTION_CLOSED' }),
  );

/** What asks the server for something. */
const asking = new Set<PropertyKey>(['unsafe', 'begin', 'reserve', 'listen', 'notify', 'subscribe']);

/**
 * @param check throws when the connection is lost. The driver would open another instead, without what this one had set
 * and locked, or wait for ever.
 */
function refusing(driver: postgres.Sql, check: () => void): postgres.Sql {
  return new Proxy(driver, {
    apply(target, self, given) {
      check();
      return Reflect.apply(target as (...args: unknown[]) => unknown, self, given);
    },
    get(target, name) {
      if (asking.has(name)) check();
      return Reflect.get(target, name) as unknown;
    },
  });
}
