/**
 * fixtures/drifts/<name>: what somebody did by hand (plant.sql) to the system of fixtures/drifts/system, and the one
 * finding that it makes. `drift --fix` takes it back, and nothing else is touched: pg_dump and the cluster's own
 * catalogs are as before.
 */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connect, parseAddress, type Address } from '../../src/db/connect.ts';
import { clusterFacts } from '../support/cluster-facts.ts';
import { dumpStatements, pgDump } from '../support/pg-dump.ts';
import { type Workplace, openWorkplace } from '../support/program.ts';
import { reportErrors } from '../support/report.ts';
import { type TestServer, startServer } from '../support/servers.ts';

const folder = 'fixtures/drifts';
const system = join(folder, 'system');
interface Drift {
  readonly name: string;
  readonly plant: string;
  /** Rule and subject. `{month}`: that of today's partition. */
  readonly finding: string;
  /** What its message must speak of. */
  readonly tells: readonly string[];
  /** The first major that can have it. */
  readonly from?: number;
}
const month = new Date().toISOString().slice(0, 7).replace('-', '_');
const drifts: Drift[] = [];
for (const name of (await readdir(folder)).sort())
  if (name !== 'system') {
    const expected = parse(await readFile(join(folder, name, 'expected.yaml'), 'utf8')) as Omit<
      Drift,
      'name'
    >;
    const plant = await readFile(join(folder, name, 'plant.sql'), 'utf8');
    drifts.push({ ...expected, name, plant, finding: expected.finding.replace('{month}', month) });
  }

/** A test that finds nothing to do proves nothing. */
it('there are at least thirty', () => expect(drifts.length).toBeGreaterThanOrEqual(30));

describe.each([15, 16, 17, 18] as const)('PostgreSQL %i', (major) => {
  let server: TestServer;
  let address: Address;
  let workplace: Workplace;
  let start: string[];
  async function open(): Promise<void> {
    server = await startServer(major);
    address = await server.createDatabase('shop');
    workplace = await openWorkplace({ DATABASE_URL: server.url('shop') });
    const files = (name: string) => readFile(join(system, name), 'utf8');
    await workplace.write({ 'dbctl.yaml': await files('dbctl.yaml'), 'sales.sql': await files('sales.sql') });
    await workplace.succeed('generate', 'first');
    await workplace.succeed('migrate');
    // CREATE TABLESPACE stands alone.
    for (const statement of (await files('setup.sql')).split(/;$/m)) await run(statement);
    start = await everything();
  }
  async function close(): Promise<void> {
    await server?.stop();
    await workplace?.remove();
  }
  beforeAll(open);
  afterAll(close);
  // What one leaves behind is not the next one's.
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    await close();
    await open();
  });

  const everything = async () => [
    ...dumpStatements(await pgDump(address, ['--schema-only', '--large-objects']), { sorted: true }),
    ...(await clusterFacts(address)),
  ];
  async function run(text: string): Promise<void> {
    const connection = await connect(parseAddress(server.url('shop')));
    try {
      await connection.sql.unsafe('set allow_in_place_tablespaces = on');
      await connection.sql.unsafe(text);
    } finally {
      await connection.close();
    }
  }
  interface Report {
    readonly findings: readonly {
      rule: string;
      subject: string;
      message: string;
      consequence: string | null;
    }[];
  }
  async function findings(): Promise<Report['findings']> {
    const { out, log } = await workplace.dbctl('drift', '--json');
    if (out === '') throw new Error(log);
    const report = JSON.parse(out) as Report;
    expect(reportErrors(report), out).toEqual([]);
    return report.findings;
  }
  const named = (found: Report['findings']) => found.map(({ rule, subject }) => `${rule} ${subject}`);

  it('the system as it was made has none', async () => {
    expect((await findings()).map(({ message }) => message)).toEqual([]);
    await workplace.succeed('generate', 'more', '--check');
  });

  const here = drifts.filter(({ from }) => (from ?? 0) <= major);

  // One by one on the newest; on the older ones some at a time, which must be told apart: what one object is like is one finding.
  it.runIf(major === 18).each(here)(
    '$name: found once, repaired, gone',
    async ({ plant, finding, tells }) => {
      await run(plant);
      const found = await findings();
      expect(named(found), messages(found)).toEqual([finding]);
      const text = `${found[0]!.message} ${found[0]!.consequence ?? ''}`;
      for (const word of tells) expect(text).toContain(word);
      await repair();
    },
  );

  // What is told by one rule is dealt out: of one declaration, several that are missing are one finding.
  const dealt = here.toSorted((a, b) => (a.finding < b.finding ? -1 : 1));
  it.runIf(major < 18).each([0, 1, 2, 3, 4, 5])('some at a time: %i', async (batch) => {
    const some = dealt.filter((_each, at) => at % 6 === batch);
    for (const { plant } of some) await run(plant);
    const found = await findings();
    expect([...new Set(named(found))].sort(), messages(found)).toEqual(
      [...new Set(some.map(({ finding }) => finding))].sort(),
    );
    await repair();
  });

  const messages = (found: Report['findings']) => found.map(({ message }) => message).join('\n');
  async function repair(): Promise<void> {
    const { status, log, out } = await workplace.dbctl('drift', '--fix');
    // It looks again when it is through: nothing is left to be found.
    expect(status, `${log}\n${out}`).toBe(0);
    expect(await everything()).toEqual(start);
  }
});
