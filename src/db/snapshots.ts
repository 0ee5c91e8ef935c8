/** Snapshots that a database keeps of itself, in `dbctl.snapshots`. */
import { snapshotTable } from '../core/access/stored.ts';
import { inputError, operationalError } from '../core/model/problem.ts';
import { identifier, literal, qualified } from '../sql/quote.ts';
import { runAtOnce } from './at-once.ts';
import { type Connection, describeAddress } from './connect.ts';

const table = qualified(snapshotTable.schema, snapshotTable.name);

export interface StoredSnapshot {
  /** SHA-256 of the text, in hexadecimal. */
  readonly hash: string;
  readonly takenAt: Date;
}

/**
 * Keeps a snapshot, unless the last one that was kept is the same.
 * @returns the one that stands for it, and whether it is new.
 * @throws KnownError (3) when it may not be written.
 */
export async function storeSnapshot(
  connection: Connection,
  { hash, text }: { readonly hash: string; readonly text: string },
): Promise<StoredSnapshot & { readonly isNew: boolean }> {
  const { sql } = connection;
  const last = async () => (await listSnapshots(connection))[0];
  const before = await last();
  if (before?.hash === hash) return { ...before, isNew: false };
  try {
    const [there] = await sql`select from pg_namespace where nspname = ${snapshotTable.schema}`;
    await runAtOnce(connection, 'dbctl snapshots', [
      ...(there === undefined ? [`CREATE SCHEMA IF NOT EXISTS ${identifier(snapshotTable.schema)}`] : []),
      `CREATE TABLE IF NOT EXISTS ${table} (taken_at timestamptz DEFAULT clock_timestamp() PRIMARY KEY,
        taken_by text NOT NULL DEFAULT session_user, hash text NOT NULL, content text NOT NULL)`,
      `INSERT INTO ${table} (hash, content) VALUES (${literal(hash)}, ${literal(text)})`,
    ]);
  } catch (error) {
    throw operationalError(
      {
        message: `the snapshot is not stored in ${describeAddress(connection.address)}: ${(error as Error).message}`,
        help: `It goes into ${table}: connect as a role that may create that and insert into it.`,
      },
      error,
    );
  }
  return { ...(await last())!, isNew: true };
}

/** @returns what is stored, the newest first. */
export async function listSnapshots({ sql }: Connection): Promise<StoredSnapshot[]> {
  const [there] = await sql`select from pg_class where oid = to_regclass(${table})`;
  if (there === undefined) return [];
  const rows = await sql.unsafe<StoredSnapshot[]>(
    `select hash, taken_at as "takenAt" from ${table} order by taken_at desc`,
  );
  return [...rows];
}

/**
 * @param which `latest`, or how a hash begins
 * @returns the text of the newest that it fits.
 * @throws KnownError (2) for none, or for several that are not the same.
 */
export async function readStored(connection: Connection, which: string): Promise<string> {
  const all = await listSnapshots(connection);
  const fitting = which === 'latest' ? all.slice(0, 1) : all.filter(({ hash }) => hash.startsWith(which));
  const hashes = new Set(fitting.map(({ hash }) => hash));
  if (hashes.size !== 1)
    throw inputError({
      message: `stored:${which}: ${describeAddress(connection.address)} keeps ${hashes.size === 0 ? 'no such snapshot' : `${hashes.size} snapshots of which the hash begins so`}`,
      help:
        all.length === 0
          ? 'Take one: dbctl audit snapshot --store.'
          : `Name one of: ${all
              .slice(0, 8)
              .map(({ hash, takenAt }) => `stored:${hash.slice(0, 12)} (${takenAt.toISOString()})`)
              .join(', ')}.`,
    });
  const [row] = await connection.sql.unsafe<{ content: string }[]>(
    `select content from ${table} where hash = ${literal([...hashes][0]!)} limit 1`,
  );
  return row!.content;
}
