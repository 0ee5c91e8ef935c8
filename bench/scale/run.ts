/** How reading and planning grow with the database, against pg_dump in the same run. `BENCH_TABLES` bounds the largest size. */
import { spawnSync } from 'node:child_process';
import { connect, type Connection } from '../../src/db/connect.ts';
import { startServer, type TestServer } from '../../test/support/servers.ts';
import { median } from '../pairs.js';
import { settings } from '../server.ts';
import { databaseSql, onePercentSql, rolesSql } from './database.ts';
import { findPeer, type Peer } from './peer.ts';

/** Of pg_dump's time, of memory in MiB, and how many times the time from one size to one N times as large may grow over N. */
const limits = { read: 0.3, onePercent: 0.4, mebibytes: 500, growth: 1.25 };
const largest = Number(process.env['BENCH_TABLES'] ?? 10_000);
const sizes = [200, 2_000, 10_000].filter((tables) => tables < largest);
sizes.push(largest);
const runs = 3;
const program = process.argv[2]!;

const peer = findPeer();
const server = await startServer(peer.major, settings);
try {
  const { sql, close } = await connect(server.address);
  console.log(`${peer.name}, server ${(await sql`show server_version`)[0]!['server_version']}`);
  await sql.unsafe(rolesSql());
  await close();
  let before: Measured | undefined;
  for (const tables of sizes) {
    const measured = await measure(server, peer, tables);
    report(measured, before);
    before = measured;
  }
} finally {
  await server.stop();
}

interface Measured {
  readonly tables: number;
  readonly dump: number;
  readonly read: number;
  readonly mebibytes: number;
  readonly ratios: {
    readonly read: number;
    readonly same: number;
    readonly onePercent: number;
    readonly migrations: number;
  };
  readonly made: { readonly statements: number; readonly migrations: number };
}

/** Two databases of one size, the second with one percent changed; all is measured in turn, as often as `runs`. */
async function measure(
  { createDatabase, dropDatabase, url }: TestServer,
  { dump }: Peer,
  tables: number,
): Promise<Measured> {
  const [from, to] = [`before_${tables}`, `after_${tables}`];
  const address = await createDatabase(from);
  const began = performance.now();
  await using(address, async (connection) => {
    for (const script of databaseSql(tables)) await connection.sql.unsafe(script);
    // As autovacuum would have.
    await connection.sql.unsafe('vacuum analyze');
  });
  await using({ ...address, database: 'postgres' }, ({ sql }) =>
    sql.unsafe(`create database ${to} template ${from}`),
  );
  await using({ ...address, database: to }, ({ sql }) => sql.unsafe(onePercentSql(tables)));
  console.log(`\n${tables} tables, made in ${seconds(performance.now() - began)}`);
  const rounds: { dump: number; read: Child; same: Child; onePercent: Child; migrations: Child }[] = [];
  for (let run = 0; run < runs; run += 1)
    rounds.push({
      dump: await dump(address),
      read: child('read', url(from)),
      same: child('plan', url(from), url(from)),
      onePercent: child('plan', url(from), url(to)),
      migrations: child('migrations', url(from), url(to)),
    });
  await dropDatabase(from);
  await dropDatabase(to);
  const [{ same, onePercent, migrations }] = [rounds[0]!];
  if (same.made !== 0 || onePercent.made === 0) throw new Error('a plan is not what it should be');
  const ratio = (of: 'read' | 'same' | 'onePercent' | 'migrations') =>
    median(rounds.map((round) => round[of].milliseconds / round.dump));
  return {
    tables,
    dump: median(rounds.map((round) => round.dump)),
    read: median(rounds.map(({ read }) => read.milliseconds)),
    mebibytes: Math.max(...rounds.map(({ read }) => read.mebibytes)),
    ratios: {
      read: ratio('read'),
      same: ratio('same'),
      onePercent: ratio('onePercent'),
      migrations: ratio('migrations'),
    },
    made: { statements: onePercent.made, migrations: migrations.made },
  };
}

async function using(
  address: Parameters<typeof connect>[0],
  use: (connection: Connection) => Promise<unknown>,
): Promise<void> {
  const connection = await connect(address);
  try {
    await use(connection);
  } finally {
    await connection.close();
  }
}

interface Child {
  readonly made: number;
  readonly milliseconds: number;
  readonly mebibytes: number;
}

/** A process of its own, timed as a whole, with the memory that it needed. */
function child(...args: readonly string[]): Child {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
  const milliseconds = performance.now() - began;
  if (status !== 0) throw new Error(`${args[0]} failed: ${stderr}`);
  return { ...(JSON.parse(stdout) as Child), milliseconds };
}

/** Prints what was measured. A limit broken at the largest size is a failure: at small sizes a process' start weighs most. */
function report(
  { tables, dump, read, mebibytes, ratios, made }: Measured,
  before: Measured | undefined,
): void {
  const binds = tables === largest;
  const line = (text: string, value: number, limit: number, digits = 2) => {
    console.log(`  ${text}: ${value.toFixed(digits)}${binds ? ` (limit ${limit})` : ''}`);
    if (binds && value > limit) process.exitCode = 1;
  };
  console.log(`  pg_dump --schema-only ${seconds(dump)}, introspection ${seconds(read)}`);
  line('introspection, of pg_dump’s time', ratios.read, limits.read);
  line('introspection, MiB at most', mebibytes, limits.mebibytes, 0);
  console.log(`  no change, both read and planned: ${ratios.same.toFixed(2)}`);
  line(
    `1 % changed, both read and planned (${made.statements} statements)`,
    ratios.onePercent,
    limits.onePercent,
  );
  console.log(
    `  likewise, with the way back (${made.migrations} migrations): ${ratios.migrations.toFixed(2)}`,
  );
  if (before !== undefined)
    line(
      `growth of introspection’s time over growth of the database, since ${before.tables} tables`,
      read / before.read / (tables / before.tables),
      limits.growth,
    );
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
