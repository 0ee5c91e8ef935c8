/**
 * One migration in one direction, on node-pg-migrate's runner: the only file that knows `pg` and node-pg-migrate.
 * Session, transaction and lock are ours, and so is the execution of the statements, byte for byte and one by one;
 * node-pg-migrate keeps the history: its table, its order, its rows.
 */
import { dirname, resolve } from 'node:path';
import { runner } from 'node-pg-migrate';
import { Client, type DatabaseError } from 'pg';
import type { HistoryTable } from '../../core/migration/history.ts';
import { fullName, type MigrationFile } from '../../core/migration/migration-file.ts';
import { migrationSettings } from '../../core/migration/script.ts';
import type { SqlStatement } from '../../sql/split.ts';
import { identifier, literal, qualified } from '../../sql/quote.ts';
import type { Address } from '../connect.ts';

export type Direction = 'up' | 'down';
type Action = (pgm: { noTransaction(): void }) => Promise<void>;

/** The session that holds the locks and applies the migrations. */
export interface Session {
  /** Of the server's process. */
  readonly pid: number;
  /** @returns the rows, as the server sends them in text. */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** @throws StatementError */
  step(step: Step): Promise<void>;
  close(): Promise<void>;
}

export interface Step {
  readonly file: MigrationFile;
  readonly direction: Direction;
  readonly history: HistoryTable;
  /** Milliseconds that a statement may wait for a lock. */
  readonly lockTimeout: number;
  /** Recorded in the history. */
  readonly dbctlVersion: string;
  /** Milliseconds on a clock that only goes forward. */
  readonly elapsed: () => number;
  /** Runs no statement of the file. */
  readonly recordOnly?: boolean;
  /** Called before each statement; what it throws ends the step. */
  readonly onStatement?: (statement: SqlStatement, index: number) => void;
}

/** The fields that a server's error has; a connection's error has only the message. */
export type ServerError = Pick<DatabaseError, 'message'> & {
  readonly [field in 'code' | 'position' | 'detail' | 'hint' | 'where']?: string | undefined;
};

/** What the server said, and about which statement; `index` counts from 0, undefined: none (BEGIN, COMMIT, history). */
export class StatementError extends Error {
  override name = 'StatementError';
  readonly index: number | undefined;
  readonly server: ServerError;
  constructor(index: number | undefined, cause: Error) {
    super(cause.message, { cause });
    this.index = index;
    this.server = cause;
  }
}

/** Opens the session. @throws what the driver throws: the caller has just connected to the same address. */
export async function openSession(address: Address, applicationName: string): Promise<Session> {
  const { ssl } = address;
  const client = new Client({
    host: address.host,
    port: address.port,
    user: address.user,
    database: address.database,
    ...(address.password === undefined ? {} : { password: address.password }),
    ...(address.host.startsWith('/')
      ? {}
      : { ssl: ssl === 'require' ? { rejectUnauthorized: false } : ssl === 'verify-full' ? true : ssl }),
    application_name: applicationName,
    connectionTimeoutMillis: 15_000,
    keepAlive: true,
  });
  // A connection that dies fails the query under way; without a listener it would end the process.
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  // So that the statement of a killed dbctl ends too. Not every operating system can tell.
  const notices = 'SET client_connection_check_interval = 1000';
  const own = await client.query(notices).then(
    () => [notices],
    () => [],
  );
  return {
    pid: rows[0]!.pid,
    query: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
    step: (step) => run(client, step, own),
    close: () => client.end().catch(() => {}),
  };
}

async function run(client: Client, step: Step, own: readonly string[]): Promise<void> {
  const { file, direction, history, elapsed } = step;
  const started = elapsed();
  let current: number | undefined;
  const statements = step.recordOnly === true ? [] : file.parsed[direction]!.statements;
  const lockTimeout = `SET lock_timeout = ${Math.round(step.lockTimeout)}`;
  const execute = async () => {
    for (const [index, statement] of statements.entries()) {
      step.onStatement?.(statement, index);
      current = index;
      const waits = waitsForOthers(statement);
      if (waits) await client.query('SET lock_timeout = 0');
      await client.query(statement.text);
      if (waits) await client.query(lockTimeout);
    }
    current = undefined;
    // The history is written as who we are, whatever the file has set.
    await client.query('RESET ROLE');
    if (file.parsed.transaction === 'off') await client.query('BEGIN');
  };
  const action: Action = async (pgm) => {
    pgm.noTransaction();
    await execute();
  };
  const path = resolve(file.file);
  const name = fullName(file);
  try {
    for (const sql of [...migrationSettings(history.schema), lockTimeout, ...own]) await client.query(sql);
    if (file.parsed.transaction === 'on') await client.query('BEGIN');
    for (const sql of await missing(client, history)) await client.query(sql);
    const done = await runner({
      dbClient: client,
      dir: dirname(path),
      // Nothing but this file is loaded: its text is in memory, with its checksum.
      ignorePattern: `(?!${name}\\.sql$).*`,
      migrationLoaderStrategies: [
        {
          extensions: ['.sql'],
          loader: async () => [{ id: path, filePaths: [path], actions: actionsFor(direction, action) }],
        },
      ],
      file: name,
      direction,
      migrationsSchema: history.schema,
      migrationsTable: history.table,
      checkOrder: false,
      noLock: true,
      singleTransaction: false,
      logger: silent,
    });
    if (done.length !== 1)
      throw new Error(`node-pg-migrate ran ${done.length} migrations instead of ${name}`);
    if (direction === 'up') await record(client, step, elapsed() - started);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw new StatementError(current, error as Error);
  } finally {
    // Nothing that one migration sets reaches the next.
    await client.query('RESET ROLE; RESET ALL').catch(() => {});
  }
}

/** Two different functions: one for both ways means «reverse the commands» to node-pg-migrate. */
function actionsFor(direction: Direction, action: Action): { up: Action; down: Action } {
  const other: Action = async () => {
    throw new Error(`asked for the other way than ${direction}`);
  };
  return direction === 'up' ? { up: action, down: other } : { up: other, down: action };
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** An index is built CONCURRENTLY under a lock that blocks nobody's reads or writes: it may wait as long as it takes. */
function waitsForOthers({ verb, text }: SqlStatement): boolean {
  return /^(create|drop|reindex)\b/.test(verb) && /\bindex\b[^;]*\bconcurrently\b/i.test(text.slice(0, 200));
}

/** node-pg-migrate's columns and ours; `id` and `name` as it makes them itself. */
const columns = ['id serial PRIMARY KEY', 'name varchar(255) NOT NULL', 'run_on timestamp NOT NULL'];
const ownColumns = [
  'version text',
  'checksum text',
  'applied_by text',
  'duration_ms integer',
  'dbctl_version text',
];

/** @returns the SQL that makes the history table, its schema, or those of its columns that are not there yet. */
async function missing(client: Client, { schema, table }: HistoryTable): Promise<string[]> {
  const name = qualified(schema, table);
  const { rows } = await client.query<{ schema: boolean; columns: string[] | null }>(
    `SELECT to_regnamespace(${literal(identifier(schema))}) IS NOT NULL AS schema,
       (SELECT array_agg(attname::text) FROM pg_attribute
        WHERE attrelid = to_regclass(${literal(name)}) AND attnum > 0 AND NOT attisdropped) AS columns`,
  );
  const { schema: exists, columns: there } = rows[0]!;
  if (there !== null)
    return ownColumns
      .filter((column) => !there.includes(column.split(' ', 1)[0]!))
      .map((column) => `ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS ${column}`);
  return [
    // IF NOT EXISTS alone would still ask for the privilege to create one.
    ...(exists ? [] : [`CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`]),
    `CREATE TABLE ${name} (${[...columns, ...ownColumns].join(', ')})`,
  ];
}

/** Completes the row that node-pg-migrate has just written, in the same transaction. */
async function record(
  client: Client,
  { file, history, dbctlVersion }: Step,
  milliseconds: number,
): Promise<void> {
  const { rowCount } = await client.query(
    `UPDATE ${qualified(history.schema, history.table)}
     SET run_on = now() AT TIME ZONE 'UTC', version = $1, checksum = $2, applied_by = session_user, duration_ms = $3, dbctl_version = $4
     WHERE name = $5`,
    [file.version, file.checksum, Math.round(milliseconds), dbctlVersion, fullName(file)],
  );
  if (rowCount !== 1) throw new Error(`the history has ${rowCount} rows of ${fullName(file)}`);
}
