/** Real servers for tests, of every supported major: throw-away clusters, the same that shadows are made of. */
import { afterAll, beforeAll, describe } from 'vitest';
import { type Address, type Connection, withConnection } from '../../src/db/connect.ts';
import { openThrowAway } from '../../src/db/server/throw-away.ts';
import { identifier } from '../../src/sql/quote.ts';

export const majors = [15, 16, 17, 18] as const;
export type Major = (typeof majors)[number];

export interface TestServer {
  readonly major: Major;
  /** Database `postgres`, as the superuser. */
  readonly address: Address;
  /** The same as a URL, for a database of it. */
  readonly url: (database?: string) => string;
  /** Makes an empty database; default name: a new one each time. @returns its address. */
  readonly createDatabase: (name?: string) => Promise<Address>;
  /** Whatever is still connected to it. The server may lie in memory: many databases of one file are a lot. */
  readonly dropDatabase: (name: string) => Promise<void>;
  /** Stops it and deletes its files. */
  readonly stop: () => Promise<void>;
}

/** Starts a server. @param settings in the place of a throw-away cluster's. @throws KnownError (3) when the major's package is not installed. */
export async function startServer(
  major: Major = 18,
  settings: Readonly<Record<string, string>> = {},
): Promise<TestServer> {
  const cluster = await openThrowAway({ major, settings });
  const address = cluster.address('postgres');
  let made = 0;
  const run = (sql: string) => runOn(address, sql);
  return {
    major,
    address,
    url: (database = 'postgres') => urlOf({ ...address, database }),
    createDatabase: async (name = `test_${++made}`) => {
      await run(`create database ${identifier(name)}`);
      return cluster.address(name);
    },
    dropDatabase: (name) => run(`drop database ${identifier(name)} with (force)`),
    stop: cluster.close,
  };
}

/** Runs statements in a session of their own. */
export async function runOn(address: Address, ...statements: readonly string[]): Promise<void> {
  await withConnection(address, {}, async (connection) => {
    for (const sql of statements) await connection.sql.unsafe(sql);
  });
}

/** An address as a URL that dbctl, psql and node-postgres read. */
export function urlOf({ host, port, user, password, database }: Address): string {
  const at = `${user}:${encodeURIComponent(password ?? '')}@`;
  return host.startsWith('/')
    ? `postgresql://${at}/${encodeURIComponent(database)}?host=${encodeURIComponent(host)}&port=${port}`
    : `postgresql://${at}${host}:${port}/${encodeURIComponent(database)}`;
}

/**
 * Starts a server before the tests of a file, or of the `describe` that this is called in, and stops it after them.
 * @returns a function that returns it, to be called within a test or hook
 */
export function serverHere(major: Major = 18): () => TestServer {
  let server: TestServer | undefined;
  beforeAll(async () => {
    server = await startServer(major);
  });
  afterAll(async () => {
    await server?.stop();
  });
  return () => {
    if (server === undefined) throw new Error('the server is there within tests and hooks only');
    return server;
  };
}

/** Runs `use` on a database of its own, made for it and dropped after it. Roles are the server's: drop your own. */
export async function withDatabase<T>(
  { createDatabase, dropDatabase }: TestServer,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const address = await createDatabase();
  try {
    return await withConnection(address, {}, use);
  } finally {
    await dropDatabase(address.database);
  }
}

/** The older majors come from npm packages that exist for this platform only; elsewhere their tests are skipped, and say so. */
const olderMajors = process.platform === 'linux' && process.arch === 'x64';

/**
 * Describes tests of one major, with one server for all of them.
 * @param define gets a function that returns the server, to be called within a test or hook
 */
export function describeMajor(major: Major, name: string, define: (server: () => TestServer) => void): void {
  describe.skipIf(major !== 18 && !olderMajors)(`${name}, PostgreSQL ${major}`, () => {
    define(serverHere(major));
  });
}

/** Describes the same tests for every major, each with a server of its own. */
export function describeEachMajor(
  name: string,
  define: (server: () => TestServer, major: Major) => void,
): void {
  for (const major of majors) describeMajor(major, name, (server) => define(server, major));
}
