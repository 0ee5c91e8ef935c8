/** Databases of one manifest on servers of their own: each has its own roles, and what is of a server is told of each. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withConnection } from '../../src/db/connect.ts';
import { driftIn } from '../support/drift.ts';
import { type Workplace, openWorkplace } from '../support/program.ts';
import { type TestServer, runOn, startServer } from '../support/servers.ts';

const manifest = `version: 1
name: several
databases:
  billing: { url: "\${BILLING_URL}" }
  main: { url: "\${MAIN_URL}" }
domains:
  shop: { owner: owners, tables: { orders: { columns: { id: bigint primary key } } } }
  billing: { isolation: database, owner: owners, tables: { invoices: { columns: { id: bigint primary key } } } }
roles:
  owners:
  clerks: { grants: [{ on: shop, privileges: read-write }, { on: billing, privileges: read-write }] }
  clerk: { login: true, memberOf: [clerks], password: { env: CLERK_PASSWORD } }
`;
let servers: readonly [TestServer, TestServer];
let workplace: Workplace;
beforeAll(async () => {
  servers = [await startServer(18), await startServer(17)];
  const [home, other] = servers;
  await home.createDatabase('main');
  await other.createDatabase('billing');
  workplace = await openWorkplace({
    MAIN_URL: home.url('main'),
    BILLING_URL: other.url('billing'),
    CLERK_PASSWORD: 'so and so',
    NEW_PASSWORD: 'another one',
  });
  await workplace.write({ 'dbctl.yaml': manifest });
  await workplace.succeed('generate', 'first');
}, 120_000);
afterAll(async () => {
  for (const server of servers ?? []) await server.stop();
  await workplace?.remove();
});

it('migrate asks for the roles where it makes none', { timeout: 120_000 }, async () => {
  const { status, log } = await workplace.dbctl('migrate');
  expect(status).toBe(3);
  expect(log).toContain('the server of database billing lacks 3 roles: owners, clerks and clerk');
  expect((await workplace.dbctl('status', '--json')).out).not.toContain('appliedAt');
  expect(await workplace.succeed('drift', '--fix')).toContain('no findings');
  expect(await workplace.succeed('migrate')).toContain('Applied 3, 0 pending.');
});

it('drift tells what is of one server, and what is of both twice', { timeout: 120_000 }, async () => {
  const drift = () => driftIn(workplace);
  expect(await drift()).toEqual([]);
  const [home, other] = servers;
  await runOn(home.address, 'alter role clerk createrole');
  await runOn(other.address, 'alter role clerk createrole', 'revoke clerks from clerk');
  expect(await drift()).toEqual([
    '- permission/role-attribute clerk',
    'billing permission/membership clerk',
    'billing permission/role-attribute clerk',
  ]);
  await workplace.succeed('drift', '--fix');
  expect(await drift()).toEqual([]);
});

it('a password is set on each', { timeout: 60_000 }, async () => {
  const passwords = () =>
    Promise.all(
      servers.map(({ address }) =>
        withConnection(address, {}, async ({ sql }) => {
          const [row] = await sql<
            { rolpassword: string }[]
          >`select rolpassword from pg_authid where rolname = 'clerk'`;
          return row!.rolpassword;
        }),
      ),
    );
  const first = await passwords();
  for (const verifier of first) expect(verifier).toMatch(/^SCRAM-SHA-256\$/);
  await workplace.succeed('roles', 'set-password', 'clerk', '--env', 'NEW_PASSWORD');
  for (const [at, verifier] of (await passwords()).entries()) expect(verifier).not.toBe(first[at]);
});
