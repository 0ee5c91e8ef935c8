import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stamp = '20260102030405006';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dbctl-generate-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Result {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}
const dbctl = (...args: string[]) =>
  new Promise<Result>((done) => {
    const env = { ...process.env, DATABASE_URL: '' };
    execFile(
      process.execPath,
      [join(root, 'bin/dbctl.js'), '-C', folder, ...args],
      { env },
      (error, stdout, stderr) => done({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}
const migrations = (): Record<string, string> =>
  Object.fromEntries(
    existsSync(join(folder, 'migrations'))
      ? (readdirSync(join(folder, 'migrations'), { recursive: true }) as string[])
          .filter((name) => name.endsWith('.sql'))
          .sort()
          .map((name) => [name, readFileSync(join(folder, 'migrations', name), 'utf8')])
      : [],
  );

const manifest = `version: 1
name: shop
domains:
  orders:
    owner: shop_owner
    sql: [orders/*.sql]
    crossings:
      - { from: orders.customer_id, to: customers.customers.id, as: foreign-key }
  customers:
    tables:
      customers:
        columns: { id: bigint generated always as identity primary key, email: text not null unique }
roles:
  shop_owner: {}
  shop_app: { grants: [{ on: [orders, customers], privileges: read-write }] }
`;
const orders = `-- the view before what it reads: any order will do
create view open_orders as select id, customer_id from orders.orders where state = 'new';
create table orders (id serial primary key, customer_id bigint not null references customers.customers, state orders.state not null default 'new');
create type orders.state as enum ('new', 'paid');
`;

describe('generate', () => {
  it('writes the same bytes from the same input, then nothing; --check says so by exit status', async () => {
    write({ 'dbctl.yaml': manifest, 'orders/1.sql': orders });
    expect(await dbctl('generate', 'first', '--check', '--version-stamp', stamp)).toMatchObject({
      status: 1,
    });
    expect(migrations()).toEqual({});
    const dry = await dbctl('generate', 'first', '--dry-run', '--version-stamp', stamp);
    expect(dry.status, dry.stderr).toBe(0);
    expect(migrations()).toEqual({});
    const first = await dbctl('generate', 'first', '--version-stamp', stamp);
    expect(first.status, first.stderr).toBe(0);
    const written = migrations();
    expect(Object.keys(written)).toEqual([
      '_cluster/20260102030405006_first.sql',
      'customers/20260102030405007_first.sql',
      'orders/20260102030405008_first.sql',
    ]);
    for (const text of Object.values(written)) expect(dry.stdout).toContain(text);
    expect(await dbctl('generate', 'second', '--check')).toMatchObject({ status: 0 });
    expect(await dbctl('generate', 'second')).toMatchObject({ status: 0 });
    expect(migrations()).toEqual(written);
    rmSync(join(folder, 'migrations'), { recursive: true });
    expect(await dbctl('generate', 'first', '--version-stamp', stamp)).toMatchObject({ status: 0 });
    expect(migrations()).toEqual(written);
  });

  it('writes what was changed, for the domain where it was, and requires what it needs of the others', async () => {
    write({ 'dbctl.yaml': manifest, 'orders/1.sql': orders });
    await dbctl('generate', 'first', '--version-stamp', stamp);
    const before = migrations();
    write({ 'orders/2.sql': 'create table returns (customer_id bigint references customers.customers);' });
    write({
      'dbctl.yaml': manifest.replace(
        'email: text not null unique',
        'email: text not null unique, name: text',
      ),
    });
    const second = await dbctl('generate', 'second', '--version-stamp', '20260102030405999');
    expect(second.status, second.stderr).toBe(0);
    const added = Object.entries(migrations()).filter(([name]) => !(name in before));
    expect(added.map(([name]) => name)).toEqual([
      'customers/20260102030405999_second.sql',
      'orders/20260102030406000_second.sql',
    ]);
    const [[, customers], [, returns]] = added as [[string, string], [string, string]];
    expect(customers).toContain('ALTER TABLE customers.customers ADD COLUMN name text;');
    expect(customers).toContain('ALTER TABLE customers.customers DROP COLUMN name;');
    expect(returns).toContain('-- requires: _cluster@20260102030405006, customers@20260102030405007');
  });

  it('asks for consent before it writes what loses data', async () => {
    write({ 'dbctl.yaml': manifest, 'orders/1.sql': orders });
    await dbctl('generate', 'first', '--version-stamp', stamp);
    const before = migrations();
    write({
      'orders/1.sql': orders
        .replace(', state orders.state not null default', ', kind orders.state default')
        .replace('state =', 'kind ='),
    });
    const refused = await dbctl('generate', 'second');
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('drops column state and its values');
    expect(migrations()).toEqual(before);
    expect(await dbctl('generate', 'second', '--allow-destructive')).toMatchObject({ status: 0 });
    expect(await dbctl('generate', 'x', '--check')).toMatchObject({ status: 0 });
    const text = Object.entries(migrations()).find(([name]) => !(name in before))![1];
    expect(text).toContain('hazard data-loss orders.orders: drops column state and its values');
    expect(text).toContain('-- cannot bring back:');
  });

  it('says where desired SQL is wrong, all of it at once', async () => {
    write({
      'dbctl.yaml': manifest,
      'orders/1.sql': orders,
      'orders/2.sql': '\ncreate table t (a nonsense);\ncreate view v as select 1 from nowhere;',
    });
    const { status, stderr } = await dbctl('generate', 'first');
    expect(status).toBe(2);
    expect(stderr).toMatch(/orders\/2\.sql:2:19.*type "nonsense" does not exist/);
    expect(stderr).toMatch(/orders\/2\.sql:3:32.*relation "nowhere" does not exist/);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it('names what it does not model, and what lies in no domain', async () => {
    write({
      'dbctl.yaml': manifest,
      'orders/1.sql': orders,
      'orders/2.sql': `create type orders.span as range (subtype = int); comment on type orders.span_multirange is 'of its own';`,
    });
    const unmodelled = await dbctl('generate', 'first');
    expect(unmodelled.status).toBe(2);
    expect(unmodelled.stderr).toContain('type orders.span_multirange');
    expect(migrations()).toEqual({});
    write({ 'orders/2.sql': 'create schema stray; create table stray.t (a int);' });
    const stray = await dbctl('generate', 'first');
    expect(stray.status).toBe(2);
    expect(stray.stderr).toContain('table stray.t');
    expect(migrations()).toEqual({});
  });

  it('makes roles once, for every database and isolation', async () => {
    write({
      'dbctl.yaml': `version: 1
name: shop
domains:
  orders: { isolation: prefix, prefix: orders_, owner: shop_owner, tables: { orders_all: { columns: { id: serial primary key }, indexes: { by_id: (id) } } } }
  billing: { isolation: database, tables: { invoices: { columns: { id: int primary key } } } }
  payments: { isolation: external, engine: mongodb }
roles:
  shop_owner: {}
  shop_app: { grants: [{ on: [orders, billing], privileges: read }] }
`,
    });
    const { status, stderr } = await dbctl('generate', 'first', '--version-stamp', stamp);
    expect(status, stderr).toBe(0);
    const written = migrations();
    expect(Object.keys(written).map((name) => dirname(name))).toEqual(['_cluster', 'billing', 'orders']);
    expect(
      Object.values(written)
        .join('')
        .match(/CREATE ROLE shop_app/g),
    ).toHaveLength(1);
    expect(Object.entries(written).find(([name]) => name.startsWith('billing'))![1]).toContain(
      `-- requires: _cluster@${stamp}`,
    );
    expect(await dbctl('migrate')).toMatchObject({ status: 0 });
    expect(await dbctl('lint', '--live')).toMatchObject({ status: 0 });
    expect(await dbctl('generate', 'x', '--check')).toMatchObject({ status: 0 });
    expect(await dbctl('rollback', '--to', '0')).toMatchObject({ status: 0 });
  });

  it('refuses data in a desired state', async () => {
    write({
      'dbctl.yaml': manifest,
      'orders/1.sql': `${orders}insert into orders (customer_id) values (1);`,
    });
    const { status, stderr } = await dbctl('generate', 'first');
    expect(status).toBe(2);
    expect(stderr).toMatch(/orders\/1\.sql:5:1.*INSERT is not part of a desired state/);
  });

  it('is clean on the committed tree of the reference system', async () => {
    for (const name of ['dbctl.yaml', 'domains', 'migrations'])
      cpSync(join(root, name), join(folder, name), { recursive: true });
    const { status, stdout, stderr } = await dbctl('generate', 'x', '--check');
    expect(status, stdout + stderr).toBe(0);
  });
});
