/** The matrix, who can and why, timed in turn with one plain query. `BENCH_TABLES` makes the database smaller. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '../../src/db/connect.ts';
import { startServer } from '../../test/support/servers.ts';
import { pairs, timeProcess } from '../pairs.js';
import { databaseSql, domains, rolesSql } from '../scale/database.ts';

/** Seconds, and times the plain query. */
const limits = { seconds: 2, ratio: 3 };
const tables = Number(process.env['BENCH_TABLES'] ?? 10_000);
const [people, runs] = [120, 5];
const acls = process.argv[2]!;
const program = fileURLToPath(new URL('../../bin/dbctl.js', import.meta.url));
const two = (number: number) => String(number).padStart(2, '0');

/** People who log in, each a member of two domains' roles; every fifth through another. */
const peopleSql = Array.from({ length: people }, (_, at) => {
  const name = `bench_person_${at}`;
  const via = at % 5 === 0 && at > 0 ? `bench_person_${at - 1}` : `bench_role_${two((at * 7) % domains)}`;
  return `create role ${name} login; grant bench_role_${two(at % domains)}, ${via} to ${name};`;
}).join('\n');

const manifest = `version: 1
name: bench
domains:
${Array.from({ length: domains }, (_, at) => `  domain_${two(at)}: { owner: bench_role_${two(at)} }`).join('\n')}
roles:
${Array.from({ length: domains }, (_, at) => `  bench_role_${two(at)}:`).join('\n')}
`;

const server = await startServer(18);
const folder = await mkdtemp(join(tmpdir(), 'dbctl-bench-'));
try {
  const connection = await connect(server.address);
  await connection.sql.unsafe(rolesSql());
  await connection.sql.unsafe(peopleSql);
  for (const script of databaseSql(tables)) await connection.sql.unsafe(script);
  await connection.sql.unsafe('vacuum analyze');
  await connection.close();
  await writeFile(join(folder, 'dbctl.yaml'), manifest);
  console.log(`${tables} tables, ${domains + people} roles`);
  const dbctl = (...args: string[]) =>
    timeProcess(process.execPath, [program, '-C', folder, '--database-url', server.url(), ...args]);
  const commands = [
    ['audit', 'matrix'],
    ['audit', 'who-can', 'select', 'domain_00.entity_000'],
    ['audit', 'explain', 'bench_person_0', 'select', 'domain_00.entity_000'],
  ];
  for (const command of commands) {
    const result = await pairs(
      runs,
      () => dbctl(...command),
      () => timeProcess(process.execPath, [acls, server.url()]),
    );
    const binds = command[1] === 'matrix' && tables >= 10_000;
    const limit = binds ? ` (limits ${limits.seconds} s, ${limits.ratio})` : '';
    console.log(
      `  dbctl ${command.join(' ')}: ${(result.ours / 1000).toFixed(2)} s, the plain query ${(result.theirs / 1000).toFixed(2)} s: ${result.ratio.toFixed(2)} times${limit}`,
    );
    if (binds && (result.ours > limits.seconds * 1000 || result.ratio > limits.ratio)) process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
  await server.stop();
}
