/** Migrations tried on a shadow before they are written: there and back, with an eye on what each statement does. */
import type { MigrationDraft, ParsedMigration } from '../../core/migration/header.ts';
import { clusterHistory } from '../../core/migration/history.ts';
import { migrationSettings } from '../../core/migration/script.ts';
import type { Statement } from '../../core/model/statement.ts';
import { identifier } from '../../sql/quote.ts';
import type { Connection } from '../connect.ts';
import { type Relations, type Seen, disagreements, readRelations, see, startCounting } from './observe.ts';

/** A migration that is not a file yet. */
export interface Trial {
  /** `auth/20261121093000000_init`. */
  readonly name: string;
  /** Where its unqualified names are. */
  readonly schema: string;
  readonly draft: MigrationDraft;
  /** Its text, read again as the runner reads it. */
  readonly parsed: ParsedMigration;
}

/** What the whole must come to; each says what is not as it should be. */
export interface Goals {
  readonly afterUp: () => Promise<readonly string[]>;
  readonly afterDown: () => Promise<readonly string[]>;
}

/**
 * Applies the migrations in their order and takes them back.
 * @param connection to a shadow that holds the state before them; single, for its transactions are its own.
 * @returns what does not agree with what the migrations state, a clause each; empty: they are proven. A statement that
 * the server refuses ends the trial.
 */
export async function tryOut(
  connection: Connection,
  trials: readonly Trial[],
  goals: Goals,
): Promise<string[]> {
  const first = new Set((await readRelations(connection.sql)).keys());
  const schemas = await connection.sql<{ name: string }[]>`select nspname as name from pg_namespace`;
  const there = new Set(schemas.map(({ name }) => name));
  const found: string[] = [];
  try {
    for (const trial of trials) found.push(...(await run(connection, trial, 'up', first)));
    found.push(...(await goals.afterUp()));
    for (const [at, trial] of [...trials.entries()].toReversed()) {
      found.push(...(await run(connection, trial, 'down')));
      const isFirst = trials.findIndex(({ schema }) => schema === trial.schema) === at;
      if (isFirst && !there.has(trial.schema)) await dropIfEmpty(connection, trial.schema);
    }
    found.push(...(await goals.afterDown()));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    found.push(error.message);
  }
  return found;
}

/** The runner takes a schema away with the last of its migrations, unless something else lies in it. */
async function dropIfEmpty({ sql }: Connection, schema: string): Promise<void> {
  await sql.unsafe(`DROP SCHEMA IF EXISTS ${identifier(schema)}`).catch((error: { code?: string }) => {
    if (error.code !== '2BP01') throw error;
  });
}

/** The server has refused a statement. */
class Refusal extends Error {}

/** @param first the relations that were there before the first of the migrations; default: those that are there now. */
async function run(
  { sql }: Connection,
  { name, schema, draft, parsed }: Trial,
  direction: 'up' | 'down',
  first?: ReadonlySet<number>,
): Promise<string[]> {
  const where = (statement: string) =>
    `${name}, ${direction === 'up' ? 'Up' : 'Down'}: ${oneLine(statement)}`;
  const stated: readonly Statement[] = draft[direction];
  const texts = parsed[direction]?.statements ?? [];
  if (texts.length !== stated.length)
    return [`${name}, ${direction}: read again it has ${texts.length} statements, not ${stated.length}`];
  // As the runner does; its own schema is nobody's business here.
  const makes = schema === clusterHistory.schema ? [] : [`CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`];
  await sql.unsafe([...makes, ...migrationSettings(schema)].join(';'));
  const read = async (): Promise<Relations> => {
    const now = await readRelations(sql);
    return first === undefined ? now : new Map([...now].filter(([oid]) => first.has(oid)));
  };
  let known = await read();
  let before: Pick<Seen, 'held' | 'scans'> = { held: new Map(), scans: new Map() };
  const found: string[] = [];
  const inside = parsed.transaction === 'on';
  if (inside) {
    await sql.unsafe(startCounting);
    await sql.unsafe('BEGIN');
  }
  for (const [at, { text }] of texts.entries()) {
    try {
      await sql.unsafe(text);
    } catch (error) {
      const { message, detail } = error as Error & { detail?: string };
      if (inside) await sql.unsafe('ROLLBACK').catch(() => {});
      throw new Refusal(`${where(text)}: ${[message, detail].filter(Boolean).join(': ')}`, { cause: error });
    }
    // Outside a transaction no lock is left to be seen.
    if (!inside) continue;
    const seen = await see(sql);
    found.push(...disagreements(stated[at]!, known, before, seen).map((each) => `${where(text)}: ${each}`));
    before = seen;
    known = withNewFiles(known, seen.relations);
    // What bears another name now is known by that to the statements that follow.
    if (/\b(RENAME|SET SCHEMA)\b/.test(text)) known = await read();
  }
  await sql.unsafe(inside ? 'COMMIT' : 'SELECT');
  await sql.unsafe('RESET ALL');
  return found;
}

/** What a statement has written anew is the file that the next one finds. */
function withNewFiles(known: Relations, now: Relations): Relations {
  const next = new Map(known);
  for (const [oid, { file }] of now) {
    const before = known.get(oid);
    if (before !== undefined && before.file !== file) next.set(oid, { ...before, file });
  }
  return next;
}

const oneLine = (text: string) => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
};
