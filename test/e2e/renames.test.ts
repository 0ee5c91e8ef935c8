/** Renames and moves: the rows stay, whatever their table, column or domain is called. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, parseAddress } from '../../src/db/connect.ts';
import { dumpStatements, pgDump } from '../support/pg-dump.ts';
import { type Workplace, openWorkplace } from '../support/program.ts';
import { type TestServer, startServer } from '../support/servers.ts';

/** util-linux's script(1), which gives a program a terminal of its own. */
const terminal = ['/usr/bin/script'].find(existsSync);

const manifest = (domains: string) => `
version: 1
name: shop
domains: ${domains}
roles: { shop_app: { grants: [{ on: sales, privileges: read-write }] } }
`;
const before = `
  sales:
    tables:
      bills:
        columns: { id: bigint generated always as identity primary key, no: serial, amount: numeric not null }
        constraints: { bills_amount_check: check (amount >= 0) }
        indexes: { bills_amount_idx: (amount) }
    sql: [sales.sql]
  crm: { sql: [] , tables: { people: { columns: { id: bigint primary key } } } }
`;
const view = 'create view dear as select id, amount from bills where amount > 100;';

describe.each([15, 18] as const)('PostgreSQL %i', (major) => {
  let server: TestServer;
  let workplace: Workplace;
  let url: string;
  beforeAll(async () => {
    server = await startServer(major);
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    const { database } = await server.createDatabase();
    url = server.url(database);
    workplace = await openWorkplace({ DATABASE_URL: url });
    await workplace.write({ 'dbctl.yaml': manifest(before), 'sales.sql': view });
    await workplace.succeed('generate', 'first');
    await workplace.succeed('migrate');
    await query(`insert into sales.bills (amount) values (5), (500)`);
  });
  afterEach(() => workplace?.remove());

  async function query(sql: string): Promise<readonly Record<string, unknown>[]> {
    const connection = await connect(parseAddress(url));
    try {
      return [...(await connection.sql.unsafe(sql))];
    } finally {
      await connection.close();
    }
  }
  const dump = async () =>
    dumpStatements(await pgDump(parseAddress(url), ['--schema-only']), { sorted: true });
  const texts = async () => {
    const names = (await readdir(join(workplace.folder, 'migrations'), { recursive: true })).filter((name) =>
      name.endsWith('second.sql'),
    );
    return Promise.all(
      names.sort().map((name) => readFile(join(workplace.folder, 'migrations', name), 'utf8')),
    );
  };

  it('a table, its column, its constraints and its index are renamed, and nothing is made anew', async () => {
    const renamed = before
      .replaceAll('bills', 'invoices')
      .replace('amount: numeric', 'total: { type: numeric not null, renamed_from: amount }')
      .replace(' not null }\n', ' }\n')
      .replaceAll('amount', 'total')
      .replace('renamed_from: total', 'renamed_from: amount')
      .replace('invoices:\n', 'invoices:\n        renamed_from: bills\n');
    const start = await dump();
    await workplace.write({
      'dbctl.yaml': manifest(renamed),
      'sales.sql': view.replaceAll('amount', 'total').replace('bills', 'invoices'),
    });
    await workplace.succeed('generate', 'second');
    const text = (await texts()).join('\n');
    expect(text).toContain('RENAME TO invoices');
    expect(text).toContain('RENAME COLUMN amount TO total');
    expect(text).not.toMatch(/DROP (TABLE|COLUMN|CONSTRAINT|INDEX|SEQUENCE)|CREATE (INDEX|TABLE)/);
    await workplace.succeed('migrate');
    expect(await query('select total from sales.dear')).toEqual([{ total: '500' }]);
    await workplace.succeed('generate', 'third', '--check');
    // The same as if it had always been called so.
    const migrated = await dump();
    await workplace.succeed('rollback', '--to', '0', '--allow-destructive');
    await workplace.succeed('migrate');
    expect(await dump()).toEqual(migrated);
    expect(
      await query(`select conname from pg_constraint where conname like 'bills%' and contype <> 'n'`),
    ).toEqual([]);
    const count = (await texts()).length;
    await workplace.succeed('rollback', '--steps', String(count));
    expect(await dump()).toEqual(start);
  });

  it('a table moves to another domain with its rows, and back', async () => {
    const moved = `
  sales: { tables: { receipts: { columns: { id: bigint primary key } } } }
  crm:
    renamed_from: { bills: sales.bills }
    sql: [crm.sql]
    tables: { people: { columns: { id: bigint primary key } } }
`;
    const start = await dump();
    await workplace.write({
      'dbctl.yaml': manifest(moved),
      'crm.sql': `
        create table bills (id bigint generated always as identity primary key, no serial, amount numeric not null,
          constraint bills_amount_check check (amount >= 0));
        create index bills_amount_idx on bills (amount);
        ${view}`,
    });
    const refused = await workplace.dbctl('generate', 'second');
    expect(refused.status, refused.log).toBe(0);
    const text = (await texts()).join('\n');
    expect(text).toContain('ALTER TABLE sales.bills SET SCHEMA crm');
    expect(text).not.toMatch(/(DROP|CREATE) TABLE (sales|crm)\.bills/);
    await workplace.succeed('migrate');
    expect(await query('select amount from crm.dear')).toEqual([{ amount: '500' }]);
    expect(await query(`select has_table_privilege('shop_app', 'crm.bills', 'select') as may`)).toEqual([
      { may: false },
    ]);
    await workplace.succeed('generate', 'third', '--check');
    const count = (await texts()).length;
    await workplace.succeed('rollback', '--steps', String(count), '--allow-destructive');
    expect(await dump()).toEqual(start);
    expect(await query('select amount from sales.dear')).toEqual([{ amount: '500' }]);
  });

  it('nothing is guessed without a terminal: what would be lost is told, and what may be meant', async () => {
    await workplace.write({
      'dbctl.yaml': manifest(
        before.replace('amount: numeric', 'total: numeric').replaceAll('(amount', '(total'),
      ),
      'sales.sql': view.replaceAll('amount', 'total'),
    });
    const { status, log } = await workplace.dbctl('generate', 'second');
    expect(status).toBe(2);
    expect(log).toContain('renamed_from: amount');
    expect(log).toContain('data would be lost');
  });

  it.runIf(terminal !== undefined)('on a terminal a person is asked, and yes keeps the values', async () => {
    await workplace.write({
      'dbctl.yaml': manifest(
        before.replace('amount: numeric', 'total: numeric').replaceAll('(amount', '(total'),
      ),
      'sales.sql': view.replaceAll('amount', 'total'),
    });
    const { PATH, HOME } = process.env;
    const program = join(process.cwd(), 'bin/dbctl.js');
    const asked = spawn(
      terminal!,
      ['-qec', `${process.execPath} ${program} -C ${workplace.folder} generate second`, '/dev/null'],
      { env: { PATH, HOME, DATABASE_URL: url, TERM: 'dumb' } },
    );
    let said = '';
    asked.stdout.on('data', (bytes: Buffer) => {
      // One answer for each question.
      const questions = (text: string) => text.split('[y/N]').length;
      const before = questions(said);
      said += bytes.toString();
      for (let open = questions(said) - before; open > 0; open -= 1) asked.stdin.write('y\n');
    });
    const status = await new Promise((done) => asked.on('exit', done));
    expect(status, said).toBe(0);
    expect(said).toContain('Is column sales.bills.total the sales.bills.amount of before, renamed?');
    expect((await texts()).join('\n')).toContain('RENAME COLUMN amount TO total');
    await workplace.succeed('migrate');
    expect(await query('select total from sales.dear')).toEqual([{ total: '500' }]);
  });

  it('a hint that leads nowhere is an error at its place', async () => {
    await workplace.write({
      'dbctl.yaml': manifest(
        before.replace('people:', 'persons:').replace('sql: [] ,', 'renamed_from: { persons: crn.people },'),
      ),
    });
    const { status, log } = await workplace.dbctl('generate', 'second');
    expect(status).toBe(2);
    expect(log).toContain('dbctl.yaml:');
    expect(log).toContain('no domain crn');
  });
});
