/** `dbctl drift`: whatever somebody did by hand is told once, and its own repair takes it back. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, parseAddress } from '../../src/db/connect.ts';
import { matchesVerifier } from '../../src/db/passwords.ts';
import { dumpStatements, pgDump } from '../support/pg-dump.ts';
import { type Workplace, openWorkplace } from '../support/program.ts';
import { reportErrors } from '../support/report.ts';
import { type TestServer, serverHere, startServer } from '../support/servers.ts';

const manifest = `
version: 1
name: shop
domains:
  sales:
    owner: shop_admin
    sql: [sales.sql]
    partitions: { facts: { by: at, every: 1 month, premake: 1 } }
  stock: { owner: shop_admin, tables: { items: { columns: { id: bigint primary key, name: text not null } } } }
roles:
  shop_admin:
  shop_app: { login: true, grants: [{ on: [sales, stock], privileges: read-write }] }
`;
const sql = `
create type state as enum ('new', 'paid');
create table orders (id bigint primary key, email varchar(100) not null, state state not null default 'new');
create index orders_email_idx on orders (email);
create view open_orders as select id from orders where state = 'new';
create function total() returns bigint language sql stable as 'select count(*) from sales.orders';
create table facts (at timestamptz not null, n int) partition by range (at);
`;
/** Each with the findings that it makes. */
const faults: readonly (readonly [sql: string, ...findings: readonly string[]])[] = [
  ['alter table sales.orders add column extra int', 'drift/changed sales.orders'],
  ['drop view sales.open_orders', 'drift/missing sales.open_orders'],
  ['create table stock.scratch (id int)', 'drift/unexpected stock.scratch'],
  [
    `create or replace function sales.total() returns bigint language sql stable as 'select 1::bigint'`,
    'drift/changed sales.total()',
  ],
  ['drop index sales.orders_email_idx', 'drift/changed sales.orders'],
  ['revoke insert on stock.items from shop_app', 'permission/missing stock.items'],
  ['grant select on stock.items to public', 'permission/unexpected stock.items'],
  ['alter role shop_app createdb', 'permission/role-attribute shop_app'],
];

describe.each([15, 18] as const)('PostgreSQL %i', (major) => {
  let server: TestServer;
  let workplace: Workplace;
  let start: string[];
  beforeAll(async () => {
    server = await startServer(major);
    workplace = await openWorkplace({ DATABASE_URL: server.url() });
    await workplace.write({ 'dbctl.yaml': manifest, 'sales.sql': sql });
    await workplace.succeed('generate', 'first');
    await workplace.succeed('migrate');
    start = await dump();
  });
  afterAll(async () => {
    await server?.stop();
    await workplace?.remove();
  });

  const dump = async () => dumpStatements(await pgDump(server.address, ['--schema-only']), { sorted: true });
  async function run(text: string): Promise<void> {
    const connection = await connect(parseAddress(server.url()));
    try {
      await connection.sql.unsafe(text);
    } finally {
      await connection.close();
    }
  }
  async function findings(): Promise<string[]> {
    const { out, status, log } = await workplace.dbctl('drift', '--json');
    const report = JSON.parse(out === '' ? log : out) as { findings: { rule: string; subject: string }[] };
    expect(reportErrors(report), out).toEqual([]);
    expect(status).toBe(report.findings.length === 0 ? 0 : 1);
    return report.findings.map(({ rule, subject }) => `${rule} ${subject}`).sort();
  }

  it('a database as its migrations left it has none', async () => {
    expect(await findings()).toEqual([]);
  });

  it('a password is rotated, and its verifier alone reaches the server', async () => {
    const { status, log } = await workplace.dbctl('roles', 'set-password', 'shop_ap');
    expect(status).toBe(2);
    expect(log).toContain('shop_app');
    expect((await workplace.dbctl('roles', 'set-password', 'shop_app')).log).toContain('no new password');
    const rotating = await openWorkplace({ DATABASE_URL: server.url(), NEW: 'correct horse' });
    try {
      await rotating.write({ 'dbctl.yaml': manifest, 'sales.sql': sql });
      const report = JSON.parse(
        await rotating.succeed('roles', 'set-password', 'shop_app', '--env', 'NEW', '--json'),
      ) as unknown;
      expect(reportErrors(report)).toEqual([]);
      expect(report).toMatchObject({ role: 'shop_app', changed: true });
    } finally {
      await rotating.remove();
    }
    const connection = await connect(server.address);
    const [row] = await connection.sql<{ verifier: string }[]>`
      select rolpassword as verifier from pg_authid where rolname = 'shop_app'`;
    await connection.close();
    expect(await matchesVerifier('correct horse', row!.verifier)).toBe(true);
  });

  it('what is pending is no drift', async () => {
    await workplace.write({ 'sales.sql': `${sql}\ncreate table later (id int);` });
    await workplace.succeed('generate', 'later', '--version-stamp', '99990101000000000');
    expect(await findings()).toEqual([]);
  });

  // On one major: what is told of all faults at once is told on both.
  it.runIf(major === 18)('each fault is told once, repaired, and nothing else is touched', async () => {
    for (const [fault, ...expected] of faults) {
      await run(fault);
      expect(await findings(), fault).toEqual(expected);
      const { status, log } = await workplace.dbctl('drift', '--fix', '--allow-destructive');
      expect(status, `${fault}: ${log}`).toBe(0);
      expect(await dump(), fault).toEqual(start);
    }
  });

  it('all at once: shown, refused without consent, written to a file that puts it right', async () => {
    await run(faults.map(([fault]) => fault).join(';\n'));
    expect(await findings()).toEqual([...new Set(faults.flatMap(([, ...expected]) => expected))].sort());
    const refused = await workplace.dbctl('drift', '--fix');
    expect(refused).toMatchObject({ status: 2 });
    expect(refused.log).toContain('would lose data');
    expect((await workplace.dbctl('drift', '--fix-sql', 'fix.sql')).status).toBe(1);
    await run(await readFile(join(workplace.folder, 'fix.sql'), 'utf8'));
    expect(await findings()).toEqual([]);
    expect(await dump()).toEqual(start);
  });
});

describe('where files or all migrations are missing', () => {
  const server = serverHere(18);

  it('what an applied migration made is not taken for unexpected when its file is gone', async () => {
    const workplace = await openWorkplace({ DATABASE_URL: server().url() });
    try {
      await workplace.write({
        'dbctl.yaml': `version: 1
name: lost
domains: { lost: { tables: { items: { columns: { id: bigint } } } } }
`,
      });
      await workplace.succeed('generate', 'first');
      await workplace.succeed('migrate');
      await rm(join(workplace.folder, 'migrations'), { recursive: true });
      const { status, log, out } = await workplace.dbctl('drift');
      expect(log).toMatch(/lost\/\d+_first was applied on .*, and its file is gone/);
      expect({ status, out }).toEqual({ status: 2, out: '' });
    } finally {
      await workplace.remove();
    }
  });

  it('privileges are compared with the manifest, and structure with nothing', async () => {
    const workplace = await openWorkplace({ DATABASE_URL: server().url() });
    const connection = await connect(server().address);
    try {
      await workplace.write({
        'dbctl.yaml': `version: 1
name: found
domains:
  sales: { owner: found_admin }
roles:
  found_admin:
  found_app: { grants: [{ on: sales, privileges: read }] }
`,
      });
      await connection.sql.unsafe(`create role found_admin; create role found_app;
        create schema sales authorization found_admin; set role found_admin;
        create table sales.orders (id bigint); create type sales.state as enum ('new');
        alter default privileges for role found_admin in schema sales grant select on tables to found_app;
        alter default privileges for role found_admin in schema sales grant select, usage on sequences to found_app;
        grant usage on schema sales to found_app; grant select on sales.orders to found_app; reset role`);
      const findings = async () => {
        const { out } = await workplace.dbctl('drift', '--json');
        const told = (JSON.parse(out) as { findings: { rule: string; subject: string }[] }).findings;
        return told.map(({ rule, subject }) => `${rule} ${subject}`).sort();
      };
      const before = await findings();
      expect(before.filter((each) => each.startsWith('drift/'))).toEqual([]);
      await connection.sql.unsafe('revoke select on sales.orders from found_app');
      expect((await findings()).filter((each) => !before.includes(each))).toEqual([
        'permission/missing sales.orders',
      ]);
      // Nobody has said of what no domain has that PUBLIC is to reach it; but who else does is worth telling.
      await connection.sql.unsafe(
        'revoke usage on schema public from public; grant create on schema public to found_app',
      );
      const { out, log } = await workplace.dbctl('drift', '--json');
      expect(log).toContain('no migrations: permissions are compared, structure is not');
      expect(out).not.toContain('as the applied migrations have it');
      expect(await findings()).toContain('permission/unexpected public');
    } finally {
      await connection.close();
      await workplace.remove();
    }
  });
});
