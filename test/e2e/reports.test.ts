/** Every command's `--json` is one document of the report's schema, with something in each of its lists. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { reportErrors } from '../support/report.ts';
import { type TestServer, startServer } from '../support/servers.ts';

const manifest = `
version: 1
name: shop
domains:
  tenants:
    tables:
      tenants: { columns: { id: uuid primary key }, comment: Customers }
  orders:
    owner: shop_admin
    sql: ["*.sql"]
    references: [{ from: orders.customer, to: tenants.tenants.id }]
    partitions:
      facts: { by: at, every: 1 month, premake: 1, default: true, retain: 1 month }
      absent: { by: at }
roles:
  shop_admin:
  shop_app: { grants: [{ on: orders, privileges: read-write }] }
lint:
  waivers:
    - { rule: permission/unexpected, subject: tenants.tenants, owner: me, reason: a test, until: 9999-12-31 }
`;
const sql = `
create table orders (id uuid primary key, customer uuid not null);
create table facts (at timestamptz not null) partition by range (at);
`;
/** One fault for each sort of finding: of a domain and of none, waived and not, with a place and without. */
const faults = `
alter table orders.orders add foreign key (customer) references tenants.tenants (id);
grant select on tenants.tenants to shop_app;
grant select on orders.orders to public;
alter role shop_app createdb;
create table orders.facts_old partition of orders.facts for values from ('2020-01-01') to ('2020-01-15');
insert into orders.facts values ('1999-01-01');
`;

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startServer(18);
  folder = await mkdtemp(join(tmpdir(), 'dbctl-reports-'));
  for (const each of ['broken', 'empty', 'read', 'other']) await mkdir(join(folder, each));
  await writeFile(join(folder, 'dbctl.yaml'), manifest);
  await writeFile(join(folder, 'orders.sql'), sql);
  await writeFile(join(folder, 'broken/dbctl.yaml'), 'version: 2\n');
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

type Report = Readonly<Record<string, unknown>>;
/** Runs the built program in the folder. @returns its report, which its schema accepts. */
async function report(...args: readonly string[]): Promise<Report> {
  const stdout = await run(...args);
  const document = JSON.parse(stdout) as Report;
  expect(reportErrors(document), stdout.slice(0, 5000)).toEqual([]);
  return document;
}
async function run(...args: readonly string[]): Promise<string> {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, DATABASE_URL: server.url() };
  return new Promise<string>((done) => {
    const command = [join(process.cwd(), 'bin/dbctl.js'), '-C', folder, ...args, '--json'];
    execFile(process.execPath, command, { env, maxBuffer: 64 * 1024 * 1024 }, (_error, out, log) => {
      done(out === '' ? log : out);
    });
  });
}
const many = expect.arrayContaining([expect.anything()]) as unknown;

it('every command', { timeout: 300_000 }, async () => {
  expect(await report('validate')).toMatchObject({ command: 'validate', domains: ['tenants', 'orders'] });
  expect(await report('-C', join(folder, 'broken'), 'validate')).toMatchObject({
    command: 'error',
    problems: many,
  });
  expect(await report('status', '--database-url', 'postgres://127.0.0.1:1/x')).toMatchObject({
    command: 'error',
    problems: many,
  });
  expect(await report('-C', join(folder, 'empty'), 'init')).toMatchObject({ command: 'init', files: many });

  expect(await report('generate', 'first', '--dry-run')).toMatchObject({ written: false, migrations: many });
  expect(await report('generate', 'first')).toMatchObject({ written: true, migrations: many });
  expect(await report('migrate', '--dry-run')).toMatchObject({ dryRun: true, remaining: many, sql: many });
  const pending = await report('status');
  expect(pending).toMatchObject({ domains: [{ pending: many }, { pending: many }, { pending: many }] });
  expect(await report('migrate')).toMatchObject({ command: 'migrate', applied: many, remaining: [] });
  const applied = await report('status');
  expect(applied).toMatchObject({ domains: [{ applied: many }, { applied: many }, { applied: many }] });

  expect(await report('rollback', '--dry-run')).toMatchObject({ dryRun: true, remaining: many });
  expect(await report('rollback', '--allow-destructive')).toMatchObject({
    command: 'rollback',
    applied: many,
  });
  await report('migrate');

  expect(await report('lint')).toMatchObject({ command: 'lint' });
  const connection = await connect(server.address);
  await connection.sql.unsafe(faults);
  await connection.close();
  const live = await report('lint', '--live');
  expect(live).toMatchObject({ command: 'lint', findings: many });
  const findings = live['findings'] as Report[];
  expect(findings.some(({ waived }) => waived !== null)).toBe(true);
  expect(findings.some(({ domain }) => domain === null)).toBe(true);
  expect(findings.some(({ location }) => location !== null)).toBe(true);
  expect(findings.some(({ fix }) => (fix as string[]).length > 0)).toBe(true);

  const read = ['-C', join(folder, 'read')];
  expect(await report(...read, 'init', '--from', server.url(), '--dry-run')).toMatchObject({
    dryRun: true,
    files: many,
    texts: many,
  });
  expect(await report(...read, 'init', '--from', server.url())).toMatchObject({
    command: 'init',
    files: many,
    domains: ['orders', 'tenants'],
    leftOut: many,
  });
  expect(await report(...read, 'status')).toMatchObject({ domains: many });
  const other = join(folder, 'other');
  await report('-C', other, 'init');
  await report('-C', other, 'generate', 'first');
  expect(
    await report('-C', other, 'migrate', '--adopt', '--database-url', server.url('template1')),
  ).toMatchObject({
    applied: [],
    remaining: many,
    adopted: false,
    differences: many,
  });

  expect(await report('audit')).toMatchObject({ command: 'audit matrix', rows: many });
  expect(await report('audit', 'explain', 'shop_app', 'select', 'tenants.tenants')).toMatchObject({
    allowed: false,
    paths: many,
    missing: many,
  });
  expect(await report('audit', 'role', 'shop_app')).toMatchObject({ databases: [{ privileges: many }] });
  expect(await report('audit', 'future', 'shop_admin', 'orders')).toMatchObject({ grants: many });
  const snapshot = join(folder, 'before.json');
  await run('audit', 'snapshot', '--output', snapshot);
  const again = await connect(server.address);
  await again.sql.unsafe(
    'revoke select on tenants.tenants from shop_app; create role gone; grant shop_app to gone; grant select on tenants.tenants to gone; grant delete on orders.facts to public; create role late',
  );
  await again.close();
  expect(await report('audit', 'diff', snapshot, 'live')).toMatchObject({
    roles: many,
    facts: many,
    gained: many,
    lost: many,
  });
  expect(await report('audit', 'snapshot', '--store')).toMatchObject({ databases: many });
  expect(await report('roles', 'remove', 'gone', '--dry-run')).toMatchObject({
    role: 'gone',
    dryRun: true,
    servers: [{ losses: many, steps: many }],
  });
  expect(await report('audit', 'who-can', 'select', 'orders.orders')).toMatchObject({ roles: many });
  expect(await report('partitions')).toMatchObject({ sets: [{ partitions: many }, { problem: /./ }] });
  expect(await report('partitions', 'ensure', '--dry-run')).toMatchObject({ dryRun: true });
  expect(await report('dev')).toMatchObject({ command: 'dev status', running: false });
});
