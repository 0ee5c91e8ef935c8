/** One pair: Up brings the second database's catalog, and pg_dump agrees; Down brings back the first; rows stay. */
import { deepStrictEqual } from 'node:assert/strict';
import { usesOf } from '../../src/core/bodies/uses.ts';
import { diff } from '../../src/core/diff/diff.ts';
import { migrationSettings } from '../../src/core/migration/script.ts';
import type { Change } from '../../src/core/model/change.ts';
import type { Catalog } from '../../src/core/model/catalog.ts';
import { type Id, objectOf } from '../../src/core/model/id.ts';
import type { Hazard, Statement } from '../../src/core/model/statement.ts';
import { migrations } from '../../src/core/plan/migrations.ts';
import type { Connection } from '../../src/db/connect.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { connect } from '../../src/db/connect.ts';
import { qualified } from '../../src/sql/quote.ts';
import { dumpedSchema } from '../support/dumped-schema.ts';
import { type Piece, textOf } from './arbitrary/family.ts';

export interface Texts {
  readonly before: readonly Piece[];
  readonly after: readonly Piece[];
}
export interface Options {
  readonly bySchema: boolean;
  readonly online: boolean;
  readonly dumped: boolean;
}
export interface Outcome {
  readonly changes: readonly Change[];
  /** How many statements of the generated text the server took, and refused. */
  readonly loaded: number;
  readonly refused: readonly string[];
  /** That the rows kept the plan from running, as its hazards say: nothing more can be seen then. */
  readonly stoppedByRows: boolean;
  readonly statements: number;
}

/** Where the databases are made, over one connection for all. */
export interface Place {
  readonly admin: Connection;
  readonly major: number;
  /** How many have been made, for their names. */
  made: number;
}

/** What did not hold, and the statements that were run until then. */
export class Broken extends Error {
  readonly script: readonly string[];
  constructor(message: string, script: readonly string[], cause?: unknown) {
    super(message, { cause });
    this.script = script;
  }
}

/** @throws Broken when something does not hold. */
export async function check(place: Place, texts: Texts, options: Options): Promise<Outcome> {
  const [from, to] = await Promise.all([open(place), open(place)]);
  try {
    const refused = (await Promise.all([load(from, texts.before), load(to, texts.after)])).flat();
    const outcome = await converge(from, to, options);
    const loaded = texts.before.length + texts.after.length;
    return { ...outcome, loaded, refused };
  } finally {
    await Promise.all([from, to].map((each) => discard(place, each)));
  }
}

async function open(place: Place): Promise<Connection> {
  place.made += 1;
  const database = `pair_${place.made}`;
  await place.admin.sql.unsafe(`create database ${database}`);
  return connect({ ...place.admin.address, database });
}
async function discard({ admin }: Place, connection: Connection): Promise<void> {
  await connection.close();
  await admin.sql.unsafe(`drop database ${connection.address.database} with (force)`);
}

/** Runs every piece that the server takes. @returns what it refused, and why. */
async function load({ sql }: Connection, pieces: readonly Piece[]): Promise<string[]> {
  const refused: string[] = [];
  await Promise.all(
    pieces.map((each) => {
      const text = textOf(each);
      return sql.unsafe(text).catch((error: Error) => refused.push(`${error.message}: ${text}`));
    }),
  );
  return refused;
}

const stamp = new Date('2026-11-21T09:00:00Z');

async function converge(
  from: Connection,
  to: Connection,
  options: Options,
): Promise<Omit<Outcome, 'loaded' | 'refused'>> {
  const [start, goal] = await Promise.all([introspect(from), introspect(to)]);
  const unknown = [...start.notAnalysed, ...goal.notAnalysed].map(({ object, why }) => `${object}: ${why}`);
  if (unknown.length > 0) throw new Broken(`not analysed: ${unknown.join(', ')}`, []);
  const run: string[] = [];
  const broken = (message: string, cause?: unknown) => new Broken(message, run, cause);
  const planned = await planUp(start, goal, options, broken);
  const changes = diff(start, goal);
  const statements = planned.reduce((count, { draft }) => count + draft.up.length, 0);
  const rows = await rowCounts(from, start, goal);
  const startDump = options.dumped ? await dumpedSchema(from.address) : [];
  for (const { draft } of planned) {
    const stopped = await apply(from, draft.domain, draft.transaction, draft.up, run, broken);
    if (stopped) return { changes, statements, stoppedByRows: true };
  }
  const reached = await introspect(from);
  same(diff(reached, goal), 'the catalog that Up reaches is not the wanted one', broken);
  if (options.dumped) await sameDump(from, await dumpedSchema(to.address), 'pg_dump after Up', broken);
  await rowsAreThere(
    from,
    rows,
    planned.flatMap(({ draft }) => draft.up),
    broken,
  );
  for (const { draft } of planned.toReversed()) {
    const stopped = await apply(from, draft.domain, draft.transaction, draft.down, run, broken);
    if (stopped) return { changes, statements, stoppedByRows: true };
  }
  same(diff(await introspect(from), start), 'Down does not bring back the first catalog', broken);
  if (options.dumped) await sameDump(from, startDump, 'pg_dump after Down', broken);
  return { changes, statements, stoppedByRows: false };
}

async function planUp(start: Catalog, goal: Catalog, { bySchema, online }: Options, broken: Fault) {
  try {
    const uses = (await Promise.all([usesOf(start), usesOf(goal)])).flatMap((each) => each.uses);
    const domainOf = bySchema ? schemaOf : () => 'all';
    return migrations(start, goal, { domainOf, online, uses }, stamp, new Map());
  } catch (error) {
    throw broken(`no plan: ${(error as Error).message}`, error);
  }
}

/** As if each schema were a domain. */
function schemaOf(id: Id): string {
  const object = objectOf(id);
  if (object.kind === 'schema') return object.name;
  if ('schema' in object && object.schema !== null) return object.schema;
  return 'public';
}

type Fault = (message: string, cause?: unknown) => Broken;

function same(changes: readonly Change[], message: string, broken: Fault): void {
  if (changes.length > 0)
    throw broken(`${message}: ${changes.map((change) => JSON.stringify(change)).join('\n')}`);
}

async function sameDump(
  from: Connection,
  wanted: readonly string[],
  where: string,
  broken: Fault,
): Promise<void> {
  const mine = await dumpedSchema(from.address);
  try {
    deepStrictEqual(
      mine.filter((statement) => !wanted.includes(statement)),
      wanted.filter((statement) => !mine.includes(statement)),
    );
  } catch (error) {
    throw broken(`${where} differs: ${(error as Error).message}`, error);
  }
}

/** @returns whether the rows, of which a hazard tells, kept it from running. */
async function apply(
  { sql }: Connection,
  domain: string,
  transaction: 'on' | 'off',
  statements: readonly Statement[],
  run: string[],
  broken: Fault,
): Promise<boolean> {
  const begins = transaction === 'on' ? ['begin'] : [];
  let hazards: readonly Hazard[] = [];
  let current = '';
  const execute = async (text: string) => {
    current = text;
    run.push(text);
    await sql.unsafe(text);
  };
  try {
    const schema = domain === 'all' ? 'public' : domain;
    for (const text of [...migrationSettings(schema), ...begins]) {
      current = text;
      await sql.unsafe(text);
    }
    for (const statement of statements) {
      hazards = statement.hazards;
      await execute(statement.sql);
    }
    if (transaction === 'on') await execute('commit');
    await sql.unsafe('reset all');
    return false;
  } catch (error) {
    const { code = '', message } = error as Error & { code?: string };
    // Class 22 and 23: the values of rows.
    const told = hazards.some(
      ({ name }) => name === 'depends-on-data' || name === 'scan' || name === 'rewrite',
    );
    if (/^2[23]/.test(code) && told) return true;
    throw broken(`${message} (${code}) in: ${current}`, error);
  }
}

/** @returns how many rows each table has that both sides have: its own, for those of its children may go. */
async function rowCounts({ sql }: Connection, start: Catalog, goal: Catalog): Promise<Map<string, string>> {
  const names: string[] = [];
  for (const [key, { id, attrs }] of start.entries)
    if (id.kind === 'table' && attrs['kind'] === 'table' && goal.entries.has(key))
      names.push(qualified(id.schema, id.name));
  if (names.length === 0) return new Map();
  const parts = names.map((name, at) => `select ${at} as at, count(*)::text as count from only ${name}`);
  const rows = await sql.unsafe<{ at: number; count: string }[]>(parts.join(' union all '));
  return new Map(rows.filter(({ count }) => count !== '0').map(({ at, count }) => [names[at]!, count]));
}

async function rowsAreThere(
  { sql }: Connection,
  counts: ReadonlyMap<string, string>,
  statements: readonly Statement[],
  broken: Fault,
): Promise<void> {
  const lost = new Set(
    statements.flatMap(({ hazards }) =>
      hazards.filter(({ name }) => name === 'data-loss').map(({ object }) => object),
    ),
  );
  for (const [name, count] of counts) {
    if (lost.has(name)) continue;
    const [row] = await sql.unsafe<{ count: string }[]>(`select count(*)::text as count from only ${name}`);
    if (row?.count !== count) throw broken(`${name} had ${count} rows, and has ${row?.count ?? 'none'}`);
  }
}
