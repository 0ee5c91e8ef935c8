/** Several databases of one server under one manifest, one of them a domain's own: what is of one is told of that one, what is of the server once. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { driftIn } from '../support/drift.ts';
import { type Workplace, openWorkplace } from '../support/program.ts';
import { type TestServer, runOn, startServer } from '../support/servers.ts';

const manifest = `version: 1
name: several
databases:
  main: { url: "\${MAIN_URL}" }
  billing: { url: "\${BILLING_URL}" }
domains:
  shop: { owner: owners, tables: { orders: { columns: { id: bigint primary key } } } }
  billing: { isolation: database, owner: owners, tables: { invoices: { columns: { id: bigint primary key } } } }
roles:
  owners:
  sellers: { grants: [{ on: shop, privileges: read-write }] }
  clerks: { grants: [{ on: billing, privileges: read-write }] }
  web: { login: true, memberOf: [sellers] }
  clerk: { login: true, memberOf: [clerks] }
  idle: { login: true }
`;
let server: TestServer;
let workplace: Workplace;
beforeAll(async () => {
  server = await startServer(18);
  for (const name of ['main', 'billing']) await server.createDatabase(name);
  workplace = await openWorkplace({ MAIN_URL: server.url('main'), BILLING_URL: server.url('billing') });
  await workplace.write({ 'dbctl.yaml': manifest });
  await workplace.succeed('generate', 'first');
  await workplace.succeed('migrate');
}, 120_000);
afterAll(async () => {
  await server?.stop();
  await workplace?.remove();
});

const run = (database: string, ...statements: readonly string[]) =>
  runOn({ ...server.address, database }, ...statements);

it('drift', { timeout: 120_000 }, async () => {
  const drift = () => driftIn(workplace);
  expect(await drift()).toEqual([]);
  // Each login where it has something to do, and who has nothing to do anywhere, wherever it is let in.
  for (const name of ['main', 'billing'])
    await run(
      name,
      `revoke connect on database ${name} from public`,
      `grant connect on database ${name} to idle`,
    );
  await run(
    'main',
    'grant create on database main to sellers',
    'grant create on database billing to sellers',
  );
  await run('main', 'alter role idle createdb', 'revoke sellers from web');
  expect(await drift()).toEqual([
    '- permission/membership web',
    '- permission/role-attribute idle',
    'billing permission/cannot-connect database',
    'billing permission/unexpected database',
    'main permission/cannot-connect database',
    'main permission/unexpected database',
  ]);
  expect(await workplace.succeed('audit', 'role', 'web', '--domain', 'shop')).toContain('may not connect');
  const { status, log } = await workplace.dbctl('drift', '--fix');
  expect(status, log).toBe(0);
  expect(await workplace.succeed('audit', 'role', 'web', '--domain', 'shop')).not.toContain(
    'may not connect',
  );
  expect(log).toContain('-- database billing');
  expect(await drift()).toEqual([]);
});

it('what a repair would lose is named, and where it is to be seen', { timeout: 60_000 }, async () => {
  await run('billing', 'create table stray (id int)');
  const { status, log } = await workplace.dbctl('drift', '--fix');
  expect(status).toBe(2);
  expect(log).toMatch(/public\.stray: drops the table/);
  expect(log).toContain('--fix-sql');
  await run('billing', 'drop table stray');
});

it(
  'roles are made where there is a domain, and before what is given to them',
  { timeout: 60_000 },
  async () => {
    const unused = await openWorkplace();
    try {
      await unused.write({
        'dbctl.yaml': manifest
          .replace(/main: .*/, 'main: {}')
          .replace(/^ {2}shop: .*\n/m, '')
          .replace(/^ {2}sellers: .*\n/m, '')
          .replace('web: { login: true, memberOf: [sellers] }', 'web: { login: true }'),
      });
      const written = await unused.succeed('generate', 'first', '--version-stamp', '20260101000000000');
      expect(written).toContain('migrations/_cluster/20260101000000000_first.sql');
      expect(written).toContain('migrations/billing/20260101000000001_first.sql');
      const { out } = await unused.dbctl('status', '--json');
      const { domains } = JSON.parse(out) as { domains: { domain: string; database: string }[] };
      expect(domains.map(({ domain, database }) => `${domain} ${database}`)).toEqual([
        '_cluster billing',
        'billing billing',
      ]);
    } finally {
      await unused.remove();
    }
  },
);
