/** Drift, the matrix, who can and why, timed in turn with one plain query. `BENCH_TABLES` makes the database smaller. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { historyTableName } from '../../src/core/migration/history.ts';
import { connect } from '../../src/db/connect.ts';
import { literal } from '../../src/sql/quote.ts';
import { startServer } from '../../test/support/servers.ts';
import { pairs, timeProcess } from '../pairs.js';
import { settings } from '../server.ts';
import { databaseSql, domains, rolesSql } from '../scale/database.ts';

/** Seconds, and times the plain query. */
const limits = { seconds: 2, ratio: 3 };
const tables = Number(process.env['BENCH_TABLES'] ?? 10_000);
const [people, runs] = [120, 5];
const acls = process.argv[2]!;
const program = fileURLToPath(new URL('../../bin/dbctl.js', import.meta.url));
const two = (number: number) => String(number).padStart(2, '0');

const role = (at: number) => `bench_role_${two(at % domains)}`;

/** People who log in, each a member of two domains' roles; every fifth through another. */
const memberships = Array.from({ length: people }, (_, at): [string, string[]] => {
  const via = at % 5 === 0 && at > 0 ? `bench_person_${at - 1}` : role(at * 7);
  return [`bench_person_${at}`, [...new Set([role(at), via])]];
});
const peopleSql = memberships
  .map(([name, groups]) => `create role ${name} login; grant ${groups.join(', ')} to ${name};`)
  .join('\n');

/** The tables of a domain that the next one's role writes, and those that the next but one's reads. */
const tablesOf = (domain: number, every: number): string[] =>
  Array.from({ length: Math.ceil((tables - domain) / domains) }, (_, at) => at)
    .filter((at) => at % every === 0)
    .map((at) => `domain_${two(domain)}.entity_${String(at).padStart(3, '0')}`);
const grantsTo = (domain: number): string => {
  const [wrote, read] = [(domain + domains - 1) % domains, (domain + domains - 2) % domains];
  const on = (names: readonly string[], privileges: string) =>
    `      - { on: [${names.join(', ')}], privileges: [${privileges}] }`;
  return [on(tablesOf(wrote, 1), 'select, insert, update, delete'), on(tablesOf(read, 3), 'select')].join(
    '\n',
  );
};

const manifest = `version: 1
name: bench
boundaries: { grants: allow, foreignKeys: allow }
domains:
${Array.from({ length: domains }, (_, at) => `  domain_${two(at)}: { owner: ${role(at)} }`).join('\n')}
roles:
${Array.from({ length: domains }, (_, at) => `  ${role(at)}:\n    grants:\n${grantsTo(at)}`).join('\n')}
${memberships.map(([name, groups]) => `  ${name}: { login: true, memberOf: [${groups.join(', ')}] }`).join('\n')}
`;

/** What inserts draw from is granted with them. */
const sequencesSql = Array.from({ length: tables }, (_, table) => table)
  .filter((table) => table % 3 === 2)
  .map(
    (table) =>
      `grant usage on sequence domain_${two(table % domains)}.entity_${String(Math.floor(table / domains)).padStart(3, '0')}_id_seq to ${role(table + 1)};`,
  )
  .join('\n');

/** The runner has made the schemas, for its histories. */
const ownSchema = (script: string): string =>
  script.replace(/create schema (\S+) authorization (\S+);/, 'alter schema $1 owner to $2;');

/** Somebody has been at the database by hand. */
const drifts = `grant select on domain_01.entity_000 to bench_person_5;
  revoke insert on domain_02.entity_001 from ${role(3)};`;

async function report(what: string, isLimited: boolean, command: () => number): Promise<void> {
  const result = await pairs(runs, command, () => timeProcess(process.execPath, [acls, server.url()]));
  const binds = isLimited && tables >= 10_000;
  const limit = binds ? ` (limits ${limits.seconds} s, ${limits.ratio})` : '';
  console.log(
    `  dbctl ${what}: ${(result.ours / 1000).toFixed(2)} s, the plain query ${(result.theirs / 1000).toFixed(2)} s: ${result.ratio.toFixed(2)} times${limit}`,
  );
  if (binds && (result.ours > limits.seconds * 1000 || result.ratio > limits.ratio)) process.exitCode = 1;
}

const server = await startServer(18, settings);
const folder = await mkdtemp(join(tmpdir(), 'dbctl-bench-'));
try {
  const connection = await connect(server.address);
  await connection.sql.unsafe(rolesSql());
  await connection.sql.unsafe(peopleSql);
  await writeFile(join(folder, 'dbctl.yaml'), manifest);
  for (const [at, script] of [...databaseSql(tables), sequencesSql].entries()) {
    const of = join(folder, 'migrations', `domain_${two(Math.min(at, domains - 1))}`);
    await mkdir(of, { recursive: true });
    await writeFile(
      join(of, `${20260101000000000n + BigInt(at)}_made.sql`),
      `-- Up Migration\n${ownSchema(script)}\n`,
    );
  }
  const common = ['-C', folder, '--database-url', server.url()];
  const dbctl = (...args: string[]) => timeProcess(process.execPath, [program, ...common, ...args]);
  // Drift ends with 1.
  const drift = (...where: string[]) =>
    timeProcess(process.execPath, [program, ...common, ...where, 'drift'], [1]);
  console.log(`migrating: ${(dbctl('migrate', '--quiet') / 1000).toFixed(0)} s`);
  await connection.sql.unsafe(drifts);
  await connection.sql.unsafe('vacuum analyze');
  await connection.close();
  console.log(`${tables} tables, ${domains + people} roles`);
  const commands = [
    ['drift'],
    ['audit', 'matrix'],
    ['audit', 'who-can', 'select', 'domain_00.entity_000'],
    ['audit', 'explain', 'bench_person_0', 'select', 'domain_00.entity_000'],
  ];
  for (const command of commands)
    // What the migrations make is compared with it: the structure of 10,000 tables is no matter of ACLs.
    await report(
      command[0] === 'drift' ? 'drift, with the structure that migrations make' : command.join(' '),
      command[1] === 'matrix',
      () => (command[0] === 'drift' ? drift() : dbctl(...command)),
    );
  // Where nobody migrates with dbctl, permissions are all that there is to compare.
  const alone = join(folder, 'alone');
  await mkdir(alone);
  await writeFile(join(alone, 'dbctl.yaml'), manifest);
  const besides = await connect(server.address);
  await besides.sql.unsafe(`do $$ declare history regclass; begin
    for history in select oid from pg_class where relname = ${literal(historyTableName)} and relkind = 'r' loop
      execute format('drop table %s', history);
    end loop; end $$`);
  await besides.close();
  await report('drift, of permissions alone', true, () => drift('-C', alone));
} finally {
  await rm(folder, { recursive: true, force: true });
  await server.stop();
}
