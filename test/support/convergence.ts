/** Convergence: apply `before`, plan to `after`, run the plan; the catalogs are equal, a second plan is empty, and pg_dump agrees. */
import { deepStrictEqual } from 'node:assert/strict';
import { diff } from '../../src/core/diff/diff.ts';
import type { Catalog } from '../../src/core/model/catalog.ts';
import { plan } from '../../src/core/plan/plan.ts';
import { connect, type Address, type Connection } from '../../src/db/connect.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { dumpStatements, pgDump } from './pg-dump.ts';
import type { TestServer } from './servers.ts';

/** Roles outlive their database: a case names its own `corpus_…`, which are made once and dropped never. */
const tolerant = (sql: string) =>
  sql.replaceAll(
    /create role (corpus_\w+);/g,
    'do $$$$ begin create role $1; exception when duplicate_object then null; end $$$$;',
  );

/** @returns the statements that were run. */
export async function converge(server: TestServer, before: string, after: string): Promise<string[]> {
  const roles = [before, after].flatMap((sql) => sql.match(/create role corpus_\w+;/g) ?? []).join('\n');
  const [from, to] = [
    await filled(server, `${roles}\n${before}`),
    await filled(server, `${roles}\n${after}`),
  ];
  try {
    const [start, goal] = [await introspect(from.connection), await introspect(to.connection)];
    deepStrictEqual([...start.notAnalysed, ...goal.notAnalysed], [], 'everything is analysed');
    const statements = statementsOf(start, goal);
    for (const sql of statements) await from.connection.sql.unsafe(sql);
    const reached = await introspect(from.connection);
    deepStrictEqual(diff(reached, goal), [], `the catalogs are equal after:\n${statements.join(';\n')}`);
    deepStrictEqual(statementsOf(reached, goal), [], 'a second plan is empty');
    const [mine, wanted] = await Promise.all([dumped(from.address), dumped(to.address)]);
    deepStrictEqual(
      mine.filter((statement) => !wanted.includes(statement)),
      wanted.filter((statement) => !mine.includes(statement)),
      `pg_dump agrees after:\n${statements.join(';\n')}`,
    );
    return statements;
  } finally {
    await from.connection.close();
    await to.connection.close();
  }
}

function statementsOf(from: Catalog, to: Catalog): string[] {
  return plan(from, to, { domainOf: () => 'all' }).flatMap(({ statements }) =>
    statements.map(({ sql }) => sql),
  );
}

/** Column order of a table aside: it cannot be changed, and nothing depends on it. */
async function dumped(address: Address): Promise<string[]> {
  const statements = dumpStatements(await pgDump(address), { sorted: true });
  return statements.map((statement) => {
    const table = /^(CREATE (?:UNLOGGED )?TABLE [^(]+\()([^]*)(\n\)[^]*)$/.exec(statement);
    if (table === null) return statement;
    const lines = table[2]!.split(',\n').map((line) => line.trim());
    return `${table[1]!}\n${lines.sort().join(',\n')}${table[3]!}`;
  });
}

async function filled(
  server: TestServer,
  sql: string,
): Promise<{ address: Address; connection: Connection }> {
  const address = await server.createDatabase();
  const connection = await connect(address);
  await connection.sql.unsafe(tolerant(sql));
  return { address, connection };
}
