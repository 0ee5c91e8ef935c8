/** Convergence: apply `before`, plan to `after`, run the plan; the catalogs are equal, a second plan is empty, and pg_dump agrees; its way back brings the first catalog again. */
import { deepStrictEqual } from 'node:assert/strict';
import { usesOf } from '../../src/core/bodies/uses.ts';
import { diff } from '../../src/core/diff/diff.ts';
import type { MigrationDraft } from '../../src/core/migration/header.ts';
import type { Catalog } from '../../src/core/model/catalog.ts';
import { migrations } from '../../src/core/plan/migrations.ts';
import { plan, type PlanOptions } from '../../src/core/plan/plan.ts';
import { connect, type Address, type Connection } from '../../src/db/connect.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { dumpedSchema } from './dumped-schema.ts';
import type { TestServer } from './servers.ts';

/**
 * Loads both sides into databases of one server, and goes the ways that are asked for.
 * @throws AggregateError with what failed on each of them.
 */
export async function converge(
  server: TestServer,
  { before, after }: { readonly before: string; readonly after: string },
  ways: readonly Way[],
): Promise<void> {
  const roles = [before, after].flatMap((sql) => sql.match(/create role corpus_\w+;/g) ?? []).join('\n');
  const from = await filled(await server.createDatabase(), await prepared(server, `${roles}\n${before}`));
  try {
    const to = await filled(await server.createDatabase(), await prepared(server, `${roles}\n${after}`));
    try {
      const failed = [...(await convergeEachWay(from, to, ways))].flatMap(([way, { error }]) =>
        error === undefined ? [] : new Error(`${way}: ${error.message}`, { cause: error }),
      );
      if (failed.length > 0)
        throw new AggregateError(failed, failed.map(({ message }) => message).join('\n\n'));
    } finally {
      await to.close();
      await server.dropDatabase(to.address.database);
    }
  } finally {
    await from.close();
    await server.dropDatabase(from.address.database);
  }
}

/** Roles outlive their database: a case names its own `corpus_…`, which are made once and dropped never. So do tablespaces, which are made outside of any transaction, in the server's own folder. @returns the SQL that finds them there. */
export async function prepared(server: TestServer, sql: string): Promise<string> {
  await makeTablespaces(server, sql);
  return sql
    .replaceAll(/create tablespace corpus_\w+;/g, '')
    .replaceAll(
      /create role (corpus_\w+);/g,
      'do $$$$ begin create role $1; exception when duplicate_object then null; end $$$$;',
    );
}

async function makeTablespaces(server: TestServer, sql: string): Promise<void> {
  const names = new Set([...sql.matchAll(/create tablespace (corpus_\w+);/g)].map(([, name]) => name!));
  if (names.size === 0) return;
  const admin = await filled(server.address, 'set allow_in_place_tablespaces = on');
  try {
    for (const { name } of await admin.sql<{ name: string }[]>`select spcname as name from pg_tablespace`)
      names.delete(name);
    for (const name of names) await admin.sql.unsafe(`create tablespace ${name} location ''`);
  } finally {
    await admin.close();
  }
}

/** Which of two databases is migrated to the other's state. */
export type Way = 'before → after' | 'after → before';

/** @returns for each way that is asked for what failed on it: each starts from a database as it was loaded. */
export async function convergeEachWay(
  before: Connection,
  after: Connection,
  ways: readonly Way[],
): Promise<ReadonlyMap<Way, { readonly error?: Error }>> {
  const [one, other] = [await sideOf(before), await sideOf(after)];
  // What one of them was like is asked for when it has been migrated and back.
  if (ways.length > 1) await Promise.all([one.dumped(), other.dumped()]);
  const outcomes = new Map<Way, { readonly error?: Error }>();
  for (const way of ways)
    outcomes.set(
      way,
      await (way === 'before → after' ? convergeSides(one, other) : convergeSides(other, one)).then(
        () => ({}),
        (error: Error) => ({ error }),
      ),
    );
  return outcomes;
}

/**
 * Migrates the first database to the other's state, and back again by the way back that was planned with it. @returns the
 * statements of the way there. @throws AssertionError that says what is not equal, after which statements.
 */
export async function convergeFromTo(from: Connection, to: Connection): Promise<string[]> {
  return convergeSides(await sideOf(from), await sideOf(to));
}

/** A database as it is now. */
interface Side {
  readonly connection: Connection;
  readonly catalog: Catalog;
  /** As it is when it is asked for first. */
  readonly dumped: () => Promise<string[]>;
}

async function sideOf(connection: Connection): Promise<Side> {
  let dumped: Promise<string[]> | undefined;
  return {
    connection,
    catalog: await introspect(connection),
    dumped: () => (dumped ??= dumpedSchema(connection.address)),
  };
}

async function convergeSides(
  { connection: from, catalog: start }: Side,
  { catalog: goal, dumped }: Side,
): Promise<string[]> {
  const unknown = [...start.notAnalysed, ...goal.notAnalysed].map(({ object }) => object);
  deepStrictEqual(unknown, [], `not analysed: ${unknown.join(', ')}`);
  const uses = (await Promise.all([usesOf(start), usesOf(goal)])).flatMap((each) => each.uses);
  const steps = migrations(start, goal, { ...options, uses }, new Date(0), new Map()).map(
    ({ draft }) => draft,
  );
  const up = await run(from, steps, 'up', goal);
  const [mine, wanted] = await Promise.all([dumpedSchema(from.address), dumped()]);
  deepStrictEqual(
    mine.filter((statement) => !wanted.includes(statement)),
    wanted.filter((statement) => !mine.includes(statement)),
    `pg_dump does not agree after:\n${up.join(';\n')}`,
  );
  await run(from, steps.toReversed(), 'down', start);
  return up;
}

const options: PlanOptions = { domainOf: () => 'all' };

/** Runs migrations one way. @returns their statements. @throws AssertionError when the goal is not reached. */
async function run(
  on: Connection,
  steps: readonly MigrationDraft[],
  way: 'up' | 'down',
  goal: Catalog,
): Promise<string[]> {
  const done: string[] = [];
  for (const step of steps) {
    const statements = step[way].map(({ sql }) => sql);
    for (const sql of step.transaction === 'on' ? ['begin', ...statements, 'commit'] : statements)
      await on.sql.unsafe(sql).catch((error: Error) => {
        throw new Error(`${error.message} (${way}, in: ${sql})`, { cause: error });
      });
    done.push(...statements);
  }
  const reached = await introspect(on);
  const after = `after ${way}:\n${done.join(';\n')}`;
  deepStrictEqual(diff(reached, goal), [], `the catalogs are not equal ${after}`);
  const second = plan(reached, goal, options).flatMap(({ statements }) => statements.map(({ sql }) => sql));
  deepStrictEqual(second, [], `a second plan is not empty ${after}`);
  return done;
}

/** Runs SQL in an empty database, and keeps the connection. */
export async function filled(address: Address, sql: string): Promise<Connection> {
  const connection = await connect(address);
  try {
    await connection.sql.unsafe(sql);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
