/** `dbctl diff` between every two sorts of source: what it prints, run, makes the first what the second is. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, parseAddress } from '../../src/db/connect.ts';
import { splitStatements } from '../../src/sql/split.ts';
import { dumpStatements, pgDump } from '../support/pg-dump.ts';
import { type Workplace, openWorkplace } from '../support/program.ts';
import { reportErrors } from '../support/report.ts';
import { type TestServer, startServer } from '../support/servers.ts';

const before = `
create schema shop;
create table shop.customers (id bigint primary key, email text not null);
create view shop.mails as select email from shop.customers;
create table shop.old (id int);
`;
const after = `
create schema shop;
create type shop.state as enum ('new', 'paid');
create table shop.customers (id bigint primary key, email varchar(200) not null, state shop.state not null default 'new');
create view shop.mails as select email, state from shop.customers;
create function shop.total() returns bigint language sql as 'select count(*) from shop.customers';
comment on table shop.customers is 'It''s theirs';
`;
const manifest = `
version: 1
name: shop
domains: { shop: { owner: shop_owner, sql: [shop.sql] } }
roles: { shop_owner: , shop_app: { login: true, grants: [{ on: shop, privileges: read }] } }
`;

describe.each([15, 18] as const)('PostgreSQL %i', (major) => {
  let server: TestServer;
  let workplace: Workplace;
  const dbctl: Workplace['dbctl'] = (...args) => workplace.dbctl(...args);
  beforeAll(async () => {
    server = await startServer(major);
    workplace = await openWorkplace();
    const statements = splitStatements(after).map(({ text }) => `${text};\n`);
    await workplace.write({
      'before.sql': before,
      // In any order.
      'after/1.sql': statements.slice(3).join(''),
      'after/deep/2.sql': statements.slice(0, 3).join(''),
      'shop.sql': after.replace('create schema shop;', ''),
      'dbctl.yaml': manifest,
    });
  });
  afterAll(async () => {
    await server?.stop();
    await workplace?.remove();
  });

  async function database(sql: string): Promise<string> {
    const address = await server.createDatabase();
    await run(server.url(address.database), sql);
    return server.url(address.database);
  }
  /** As psql does: statement by statement on one connection. */
  async function run(url: string, sql: string): Promise<void> {
    const connection = await connect(parseAddress(url));
    try {
      for (const { text } of splitStatements(sql)) await connection.sql.unsafe(text);
    } finally {
      await connection.close();
    }
  }
  const dump = async (url: string) =>
    dumpStatements(await pgDump(parseAddress(url), ['--schema-only']), { sorted: true });

  it('of two databases: what it prints turns the one into the other, and writes to neither', async () => {
    const [from, to] = [await database(before), await database(after)];
    const unchanged = [await dump(from), await dump(to)];
    const refused = await dbctl('diff', '--from', from, '--to', to);
    expect(refused).toMatchObject({ status: 2, out: '' });
    expect(refused.log).toContain('shop.old');
    const { status, out, log } = await dbctl('diff', '--from', from, '--to', to, '--allow-destructive');
    expect(status, log).toBe(1);
    expect([await dump(from), await dump(to)]).toEqual(unchanged);
    await run(from, out);
    expect(await dump(from)).toEqual(await dump(to));
    expect(await dbctl('diff', '--from', from, '--to', to)).toMatchObject({ status: 0 });
  });

  it('of a file and a folder, in any order; and of a database and either', async () => {
    const files = await dbctl('diff', '--from', 'before.sql', '--to', 'after', '--allow-destructive');
    expect(files.status, files.log).toBe(1);
    const live = await database(before);
    // Whoever owns it: the file says nothing of that.
    await run(
      live,
      'create role somebody; alter table shop.customers owner to somebody; grant select on shop.mails to somebody',
    );
    const toFile = await dbctl('diff', '--from', live, '--to', 'before.sql');
    expect(toFile).toMatchObject({ status: 1 });
    expect(toFile.out).toContain('REVOKE SELECT ON TABLE shop.mails FROM somebody');
    expect(toFile.out).not.toMatch(/OWNER|ROLE/);
    await run(live, toFile.out);
    expect(await dbctl('diff', '--from', live, '--to', 'before.sql')).toMatchObject({ status: 0 });
    await run(live, files.out);
    const equal = await dbctl('diff', '--from', live, '--to', 'after');
    expect(equal.status, equal.out).toBe(0);
  });

  it('of the manifest, its migrations and a database', async () => {
    const generated = await dbctl('generate', 'first');
    expect(generated.status, generated.log).toBe(0);
    const same = await dbctl('diff', '--from', 'migrations', '--to', 'manifest');
    expect(same.status, same.out).toBe(0);
    const live = await database('create schema elsewhere create table kept (id int); create role mine');
    const plan = await dbctl('diff', '--from', live, '--to', 'manifest');
    expect(plan.status, plan.log).toBe(1);
    // What is no domain's, nobody touches.
    expect(plan.out).not.toMatch(/elsewhere|mine/);
    await run(live, plan.out);
    const made = await dbctl('diff', '--from', live, '--to', 'manifest');
    expect(made.status, made.out).toBe(0);
    await run(live, 'alter table shop.customers add column extra int');
    const drifted = await dbctl('diff', '--from', 'migrations', '--to', live);
    expect(drifted.out).toContain('ADD COLUMN extra integer');
    expect(await dbctl('diff', '--from', live, '--to', 'migrations')).toMatchObject({ status: 2 });
  });

  it('partitions of a partition set come with time, and are no difference', async () => {
    const url = await database('create role set_owner');
    const sets = await openWorkplace({ DATABASE_URL: url });
    try {
      await sets.write({
        'dbctl.yaml': `
version: 1
name: sets
domains:
  sets: { owner: set_owner, sql: [sets.sql], partitions: { facts: { by: at, every: 1 month, premake: 2 } } }
roles: { set_owner: }
`,
        'sets.sql':
          'create table facts (at timestamptz not null, n int) partition by range (at); create index on facts (n);',
      });
      await sets.succeed('generate', 'first');
      await sets.succeed('migrate');
      await sets.succeed('partitions', 'ensure');
      await run(
        url,
        "create table sets.facts_by_hand partition of sets.facts for values from ('1999-01-01') to ('1999-02-01')",
      );
      await run(url, 'create index by_hand on sets.facts_by_hand (at)');
      for (const source of ['manifest', 'migrations']) {
        const { status, out, log } = await sets.dbctl('diff', '--from', url, '--to', source);
        expect({ status, log }, out).toMatchObject({ status: 0 });
      }
      await run(url, 'create table sets.stray (id int)');
      const { out } = await sets.dbctl('diff', '--from', 'manifest', '--to', url);
      expect(out).toContain('CREATE TABLE sets.stray');
      expect(out).not.toContain('facts');
    } finally {
      await sets.remove();
    }
  });

  it('of a snapshot, which says the same as its database', async () => {
    const live = await database(after);
    const snapshot = join(workplace.folder, 'snapshot.json');
    for (const file of [snapshot, `${snapshot}.again`])
      expect(await dbctl('audit', 'snapshot', '--database-url', live, '--output', file)).toMatchObject({
        status: 0,
      });
    expect(await readFile(snapshot, 'utf8')).toBe(await readFile(`${snapshot}.again`, 'utf8'));
    expect(await dbctl('diff', '--from', snapshot, '--to', live)).toMatchObject({ status: 0 });
    await run(live, 'drop view shop.mails');
    const { out } = await dbctl('diff', '--from', live, '--to', snapshot, '--json');
    const report = JSON.parse(out) as { equal: boolean; segments: { statements: { sql: string }[] }[] };
    expect(reportErrors(report)).toEqual([]);
    expect(report.equal).toBe(false);
    expect(report.segments[0]!.statements[0]!.sql).toContain('CREATE VIEW shop.mails');
  });
});
