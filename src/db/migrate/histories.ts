/** Reads histories; takes away those that have come to nothing. */
import type { AppliedMigration, HistoryTable } from '../../core/migration/history.ts';
import type { MigrationFile } from '../../core/migration/migration-file.ts';
import type { DomainHistory } from '../../core/migration/pending.ts';
import { operationalError } from '../../core/model/problem.ts';
import { identifier, literal, qualified } from '../../sql/quote.ts';
import { type Connection, describeAddress } from '../connect.ts';
import type { Session } from './runner.ts';

/**
 * Reads and writes nothing; a history that does not exist is empty.
 * @throws KnownError (3) when a history may not be read.
 */
export async function readHistories(
  connection: Connection,
  database: string,
  histories: readonly HistoryTable[],
  files: readonly MigrationFile[],
): Promise<DomainHistory[]> {
  // Sent at once, and answered in turn.
  return Promise.all(
    histories.map(async (history) => ({
      domain: history.domain,
      database,
      files: files.filter(({ domain }) => domain === history.domain),
      applied: await readHistory(connection, history),
    })),
  );
}

async function readHistory(
  connection: Connection,
  { schema, table }: HistoryTable,
): Promise<AppliedMigration[]> {
  const name = qualified(schema, table);
  try {
    // Asked of the catalog: to_regclass() is for those who may use the schema.
    const [exists] = await connection.sql`SELECT EXISTS (SELECT FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ${schema} AND c.relname = ${table}) AS yes`;
    if (exists!['yes'] !== true) return [];
    // As JSON, so that a table without our columns, made by node-pg-migrate, can be read too.
    const rows = await connection.sql.unsafe<{ row: HistoryRow }[]>(
      `SELECT to_jsonb(h) AS row FROM ${name} h ORDER BY h.run_on, h.id`,
    );
    return rows.map(({ row }) => ({
      version: row.version ?? /^\d*/.exec(row.name)![0],
      name: row.name.replace(/^\d+_/, ''),
      appliedAt: new Date(`${row.run_on}Z`),
      checksum: row.checksum ?? null,
      appliedBy: row.applied_by ?? null,
      milliseconds: row.duration_ms ?? null,
    }));
  } catch (error) {
    throw operationalError(
      {
        message: `cannot read the history ${name} in ${describeAddress(connection.address)}: ${(error as Error).message}`,
        help: `Connect as the role that applies the migrations, or GRANT USAGE on the schema and SELECT on ${name}.`,
      },
      error,
    );
  }
}

interface HistoryRow {
  readonly name: string;
  readonly run_on: string;
  readonly version?: string | null;
  readonly checksum?: string | null;
  readonly applied_by?: string | null;
  readonly duration_ms?: number | null;
}

/**
 * Drops a history table that has no rows, and then its schema, if nothing is left in it: after a rollback to nothing,
 * nothing is there. Of domains that share a schema, the last one out takes it along; `public` stays.
 */
export async function dropEmptyHistory(session: Session, history: HistoryTable): Promise<void> {
  const name = qualified(history.schema, history.table);
  const [there] = await session.query(`SELECT to_regclass(${literal(name)}) IS NOT NULL AS yes`);
  if (there!['yes'] !== true) return;
  const [row] = await session.query(`SELECT EXISTS (SELECT FROM ${name}) AS yes`);
  if (row!['yes'] === true) return;
  await session.query(`DROP TABLE ${name}`);
  if (history.schema === 'public') return;
  await session.query(`DROP SCHEMA ${identifier(history.schema)}`).catch((error: { code?: string }) => {
    // Something else lies in it, or it is somebody else's: then it stays.
    if (error.code !== '2BP01' && error.code !== '42501') throw error;
  });
}
