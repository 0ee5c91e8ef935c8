/** A database that grew by hand, read into a project: afterwards everything is clean, nothing was touched, and the migrations make it again. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/db/connect.ts';
import { dumpStatements, pgDump } from '../support/pg-dump.ts';
import { filled } from '../support/convergence.ts';
import { type TestServer, startServer, urlOf } from '../support/servers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const fixture = (name: string) => readFileSync(join(root, 'fixtures/grown', name), 'utf8');

const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'dbctl-init-from-'));
  folders.push(folder);
  return folder;
};
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

interface Result {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}
const dbctl = (folder: string, address: Address, ...args: string[]) =>
  new Promise<Result>((done) => {
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, DATABASE_URL: urlOf(address) };
    const command = [join(root, 'bin/dbctl.js'), '-C', folder, ...args];
    execFile(process.execPath, command, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      done({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
async function run(status: number, folder: string, address: Address, ...args: string[]): Promise<Result> {
  const result = await dbctl(folder, address, ...args);
  expect(result.status, `${args.join(' ')}\n${result.stdout}${result.stderr}`).toBe(status);
  return result;
}

/** Every fact about the database that anybody could have changed, history aside. */
async function dumped(address: Address): Promise<string[]> {
  const statements = dumpStatements(await pgDump(address), { sorted: true });
  return statements.filter((statement) => !/dbctl_migrations|SCHEMA dbctl\b/.test(statement));
}
async function execute(address: Address, sql: string): Promise<void> {
  const connection = await filled(address, sql);
  await connection.close();
}

describe.each([15, 18] as const)('init --from, PostgreSQL %i', (major) => {
  let server: TestServer;
  let grown: Address;
  beforeAll(async () => {
    server = await startServer(major);
    await execute(server.address, fixture('roles.sql'));
    grown = await server.createDatabase();
    await execute(grown, fixture('database.sql'));
  });
  afterAll(() => server?.stop());

  /** The promises of `init --from`, whatever the database. @returns the folder. */
  async function adopt(address: Address, ...options: string[]): Promise<string> {
    const folder = newFolder();
    const before = await dumped(address);
    const { stderr } = await run(0, folder, address, 'init', '--from', urlOf(address), ...options);
    expect(stderr).not.toContain('warning');
    expect(await pgDump(address)).not.toContain('dbctl');
    await run(0, folder, address, 'validate');
    await run(0, folder, address, 'generate', 'x', '--check');
    await run(0, folder, address, 'lint');
    await run(0, folder, address, 'lint', '--live');
    const status = await run(1, folder, address, 'status');
    expect(status.stdout).toContain('dbctl migrate --adopt');
    await run(0, folder, address, 'migrate', '--adopt', '--dry-run');
    expect(await pgDump(address)).not.toContain('dbctl');
    // Nobody has touched the database yet.
    await run(0, folder, address, 'drift');
    await run(0, folder, address, 'migrate', '--adopt');
    expect((await run(0, folder, address, 'status')).stdout).not.toContain('--adopt');
    await run(0, folder, address, 'lint', '--live');
    await run(0, folder, address, 'drift');
    await run(0, folder, address, 'migrate');
    expect(await dumped(address)).toEqual(before);

    const anew = await server.createDatabase();
    await run(0, folder, anew, 'migrate');
    const made = await dumped(anew);
    expect(made.filter((each) => !before.includes(each))).toEqual(
      before.filter((each) => !made.includes(each)),
    );
    return folder;
  }

  it('cuts by schema', { timeout: 300_000 }, async () => {
    const folder = await adopt(grown);
    const yaml = (file: string) =>
      parse(readFileSync(join(folder, file), 'utf8')) as Record<string, Record<string, unknown>>;
    const { roles } = yaml('dbctl.yaml');
    expect(Object.keys(roles!)).not.toContain('elsewhere');
    expect(roles!['grown_app']).toMatchObject({
      comment: 'The application',
      grants: expect.arrayContaining([{ on: 'identity', privileges: 'read-write' }]) as unknown,
    });
    expect(yaml('domains/billing/domain.yaml')['domains']!['billing']).toMatchObject({
      partitions: {
        entries: { by: 'at', every: '1 month', premake: 1, name: 'entries_y{yyyy}m{mm}', default: true },
        days: { by: 'day', every: '1 day', premake: 0, name: 'days_{yyyy}{mm}{dd}' },
      },
    });
    const { findings } = JSON.parse(readFileSync(join(folder, 'dbctl.baseline.json'), 'utf8')) as {
      findings: { rule: string }[];
    };
    expect(findings.filter(({ rule }) => rule.startsWith('boundary/'))).toEqual([]);
  });

  it('what no manifest has a word for is told, and stands', { timeout: 300_000 }, async () => {
    const address = await server.createDatabase();
    await execute(
      address,
      `create schema things authorization grown_owner; create table things.thing (id int primary key);
       alter table things.thing owner to grown_owner; grant select on things.thing to grown_app;
       grant usage on schema things to grown_app;
       do $$ begin
         execute format('alter database %I set work_mem = %L', current_database(), '8MB');
         execute format('grant create on database %I to grown_app', current_database());
         perform lo_create(4711);
         grant select on large object 4711 to grown_app;
       end $$`,
    );
    const folder = newFolder();
    const { stderr } = await run(0, folder, address, 'init', '--from', urlOf(address));
    for (const told of [
      'settings of the database',
      'privileges on large object 4711',
      'grown_app on the database',
    ])
      expect(stderr).toContain(told);
    await run(0, folder, address, 'migrate', '--adopt');
    await run(0, folder, address, 'lint', '--live');
    expect((await run(0, folder, address, 'drift')).stdout).toContain('3 waived');
  });

  it('cuts by prefix', { timeout: 300_000 }, async () => {
    const address = await server.createDatabase();
    await execute(address, fixture('prefixes.sql'));
    const folder = await adopt(address, '--by', 'prefix');
    const domain = (name: string) =>
      (parse(readFileSync(join(folder, `domains/${name}/domain.yaml`), 'utf8')) as { domains: object })
        .domains;
    expect(domain('orders')).toMatchObject({ orders: { isolation: 'prefix', prefix: 'orders_' } });
    expect(domain('users')).toMatchObject({ users: { prefix: 'users', owner: 'grown_owner' } });
    expect(domain('billing')).toMatchObject({
      billing: {
        crossings: expect.arrayContaining([
          { from: 'billing_open', to: 'orders.orders_orders', as: 'view' },
        ]) as unknown,
      },
    });
  });

  it('tells what it leaves out, and overwrites nothing', { timeout: 300_000 }, async () => {
    const address = await server.createDatabase();
    const { database } = address;
    await execute(
      address,
      `create schema shop;
       create table shop.orders (id int primary key);
       create table shop.audit (id int primary key, secret text);
       alter table shop.audit owner to grown_root;
       alter table shop.audit enable row level security;
       create policy mine on shop.audit to grown_root using (true);
       create function shop.old() returns int language sql as 'select 1';
       grant select on shop.orders to grown_root;
       alter default privileges in schema shop grant select on tables to grown_reader;
       grant connect on database ${database} to grown_app;
       revoke temporary on database ${database} from public;
       create subscription far connection 'dbname=nowhere password=geheim' publication p
         with (connect = false, enabled = false, create_slot = false, slot_name = none);`,
    );
    const folder = newFolder();
    const { stderr, stdout } = await run(0, folder, address, 'init', '--from', urlOf(address));
    for (const told of [
      /not in the manifest: privileges of grown_app on the database/,
      /not in the manifest: default privileges of postgres for grown_reader/,
    ])
      expect(stderr).toMatch(told);
    expect(stdout).toContain('not in the manifest');
    const texts = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    expect(texts.join('\n')).not.toContain('geheim');
    expect(texts.join('\n')).toContain('CREATE SUBSCRIPTION far');
    expect(readFileSync(join(folder, 'dbctl.yaml'), 'utf8')).toMatch(/# - privileges of grown_app/);
    await run(0, folder, address, 'generate', 'x', '--check');
    await run(0, folder, address, 'lint', '--live');

    const again = await run(2, folder, address, 'init', '--from', urlOf(address));
    expect(again.stderr).toContain('dbctl.yaml is there already');
    rmSync(join(folder, 'dbctl.yaml'));
    expect((await run(2, folder, address, 'init', '--from', urlOf(address))).stderr).toMatch(
      /domains\/shop\/domain\.yaml is there already[^]*domains\/shop\/tables\.sql is there already/,
    );

    const other = newFolder();
    expect((await run(0, other, address, 'init', '--from', urlOf(address), '--dry-run')).stdout).toContain(
      'CREATE TABLE shop.orders',
    );
    await run(0, other, address, 'init', '--from', urlOf(address));
    await execute(address, 'create table shop.more (id int)');
    const extra = await run(1, other, address, 'migrate', '--adopt');
    expect(extra.stdout).toMatch(/table shop\.more is in the database only[^]*--allow-extra/);
    await run(0, other, address, 'migrate', '--adopt', '--allow-extra', '--dry-run');
    await execute(
      address,
      'alter table shop.orders add note text; drop function shop.old; grant all on shop.audit to grown_app',
    );
    const refused = await run(1, other, address, 'migrate', '--adopt', '--allow-extra');
    expect(refused.stdout).toMatch(/column shop\.orders\.note is in the database only/);
    expect(refused.stdout).toMatch(/function shop\.old\(\) is in the migrations only/);
    expect(refused.stdout).toMatch(/grant select on table shop\.audit to grown_app is in the database only/);
    expect(await pgDump(address)).not.toContain('dbctl');
  });
});
