/** Which of the losses that a migration threatens would really lose something, in this database, now. */
import { fullName, type MigrationFile } from '../../core/migration/migration-file.ts';
import { identifier, qualified } from '../../sql/quote.ts';
import { inspectStatement } from '../../sql/inspect.ts';
import type { Connection } from '../connect.ts';
import type { Direction } from './runner.ts';

/** Data that goes when a migration is run: what it is, and the clause that says how. */
export interface Loss {
  /** `auth/20261121093000000_init`. */
  readonly migration: string;
  readonly object: string;
  readonly detail: string;
}

/**
 * What the migration says it loses (header) and what its statements drop (grammar), without what is empty. Taking
 * back looks closer: what cannot be found then counts as lost; on the way up it may come with an earlier migration.
 */
export async function lossesOf(
  connection: Connection,
  file: MigrationFile,
  direction: Direction,
  schema: string,
): Promise<Loss[]> {
  const section = file.parsed[direction];
  if (section === undefined) return [];
  const migration = `${file.domain}/${fullName(file)}`;
  const found = new Map<string, Loss>();
  for (const [index, statement] of section.statements.entries()) {
    const declared = section.declared.find(({ number }) => number === index + 1)?.hazards ?? [];
    const losses = declared.filter(({ name }) => name === 'data-loss');
    const said = new Set(losses.map(({ object }) => relationOf(object, schema)?.join('.')));
    for (const { object, detail } of losses) found.set(`${object}\0${detail}`, { migration, object, detail });
    for (const { object, detail } of (await inspectStatement(statement.text)).losses)
      if (!said.has(relationOf(object, schema)?.join('.')))
        found.set(`${object}\0${detail}`, {
          migration,
          object: qualified(...(relationOf(object, schema) ?? [object])),
          detail,
        });
  }
  const real: Loss[] = [];
  for (const loss of found.values())
    if (await holdsData(connection, loss.object, schema, direction)) real.push(loss);
  return real;
}

/** @returns schema and relation of an object's name as SQL writes it, a column's included; undefined for what is no such name. */
function relationOf(object: string, schema: string): [string, string] | undefined {
  const parts = [...object.matchAll(/"((?:[^"]|"")*)"|([^".]+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? plain!.toLowerCase() : quoted.replaceAll('""', '"'),
  );
  if (parts.length === 0 || /[\s(]/.test(object.replaceAll(/"(?:[^"]|"")*"/g, ''))) return undefined;
  return parts.length === 1 ? [schema, parts[0]!] : [parts[0]!, parts[1]!];
}

async function holdsData(
  { sql }: Connection,
  object: string,
  schema: string,
  direction: Direction,
): Promise<boolean> {
  const unknown = direction === 'down';
  const relation = relationOf(object, schema);
  if (relation === undefined) return true;
  try {
    const [row] = await sql<{ kind: string | null; tables: string[] | null }[]>`
      SELECT (SELECT relkind FROM pg_class WHERE oid = to_regclass(${qualified(...relation)})) AS kind,
        (SELECT array_agg(format('%I.%I', nspname, relname)) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
         WHERE n.oid = to_regnamespace(${identifier(relation[1])}) AND relkind IN ('r', 'm', 'f')) AS tables`;
    if (row!.kind !== null) return 'rpmf'.includes(row!.kind) && (await hasRows(sql, qualified(...relation)));
    // DROP SCHEMA … CASCADE names no relation.
    for (const table of row!.tables ?? []) if (await hasRows(sql, table)) return true;
    return row!.tables === null && unknown;
  } catch {
    // Not allowed to look, or not in time: then it may hold something.
    return true;
  }
}

async function hasRows(sql: Connection['sql'], table: string): Promise<boolean> {
  const found = await sql.begin(async (transaction) => {
    // Row security must not make a full table look empty: this turns it into an error.
    await transaction`SET LOCAL row_security = off`;
    const [row] = await transaction.unsafe(`SELECT EXISTS (SELECT FROM ${table}) AS yes`);
    return row!['yes'] === true;
  });
  return found;
}
