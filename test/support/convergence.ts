/** Convergence: apply `before`, plan to `after`, run the plan; the catalogs are equal, a second plan is empty, and pg_dump agrees. Then back. */
import { deepStrictEqual } from 'node:assert/strict';
import { usesOf } from '../../src/core/bodies/uses.ts';
import { diff } from '../../src/core/diff/diff.ts';
import type { Catalog } from '../../src/core/model/catalog.ts';
import { plan } from '../../src/core/plan/plan.ts';
import { connect, type Address, type Connection } from '../../src/db/connect.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { dumpedSchema } from './dumped-schema.ts';
import type { TestServer } from './servers.ts';

/** Loads both sides into databases of one server. @returns the statements that were run. */
export async function converge(server: TestServer, before: string, after: string): Promise<string[]> {
  const roles = [before, after].flatMap((sql) => sql.match(/create role corpus_\w+;/g) ?? []).join('\n');
  const from = await filled(await server.createDatabase(), await prepared(server, `${roles}\n${before}`));
  try {
    const to = await filled(await server.createDatabase(), await prepared(server, `${roles}\n${after}`));
    try {
      const start = await introspect(from);
      const statements = await convergeFromTo(from, to);
      // Back as a Down goes: not as for tables in use.
      await run(from, await statementsOf(await introspect(from), start, false), start);
      return statements;
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

/** Plans from the one database to the other, and runs the plan on the first. @throws AssertionError that says what is not equal, after which statements. */
export async function convergeFromTo(from: Connection, to: Connection): Promise<string[]> {
  const [start, goal] = [await introspect(from), await introspect(to)];
  const unknown = [...start.notAnalysed, ...goal.notAnalysed].map(({ object }) => object);
  deepStrictEqual(unknown, [], `not analysed: ${unknown.join(', ')}`);
  const statements = await run(from, await statementsOf(start, goal), goal);
  const [mine, wanted] = await Promise.all([dumpedSchema(from.address), dumpedSchema(to.address)]);
  deepStrictEqual(
    mine.filter((statement) => !wanted.includes(statement)),
    wanted.filter((statement) => !mine.includes(statement)),
    `pg_dump does not agree after:\n${statements.join(';\n')}`,
  );
  return statements;
}

/** Runs a plan statement by statement. @throws AssertionError when its goal is not reached. */
async function run(on: Connection, statements: string[], goal: Catalog): Promise<string[]> {
  await on.sql.unsafe('set check_function_bodies = off');
  for (const sql of statements)
    await on.sql.unsafe(sql).catch((error: Error) => {
      throw new Error(`${error.message} (in: ${sql})`, { cause: error });
    });
  const reached = await introspect(on);
  deepStrictEqual(diff(reached, goal), [], `the catalogs are not equal after:\n${statements.join(';\n')}`);
  deepStrictEqual(await statementsOf(reached, goal), [], 'a second plan is not empty');
  return statements;
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

async function statementsOf(from: Catalog, to: Catalog, online = true): Promise<string[]> {
  const { uses } = await usesOf(to);
  return plan(from, to, { domainOf: () => 'all', online, uses }).flatMap(({ statements }) =>
    statements.map(({ sql }) => sql),
  );
}
