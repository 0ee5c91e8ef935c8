/** The same roles, memberships and privileges on the oldest and on the newest major: nobody gained or lost anything by the upgrade. */
import { expect, it } from 'vitest';
import { accessChanges, roleChanges } from '../../src/core/access/change.ts';
import { accessOf } from '../../src/core/access/effective.ts';
import { factChanges } from '../../src/core/access/facts.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { serverHere, withDatabase } from '../support/servers.ts';

const made = `
  create role boss; create role app; create role quiet noinherit; create role ann login in role boss;
  grant app to ann; grant app to quiet; grant boss to quiet with admin option;
  create schema shop authorization boss; set role boss;
  create table shop.orders (id bigserial primary key); grant select on shop.orders to app; grant usage on schema shop to app;
  alter default privileges in schema shop grant select on tables to app; reset role`;

const [oldest, newest] = [serverHere(15), serverHere(18)];

it('what is said otherwise is no difference, and what is other is one', { timeout: 60_000 }, async () => {
  const read = (server: typeof oldest, sql: string) =>
    withDatabase(server(), async (connection) => {
      await connection.sql.unsafe(sql);
      const catalog = await introspect(connection);
      return { catalog, access: accessOf(catalog) };
    });
  const before = await read(oldest, made);
  const after = await read(newest, made);
  expect(factChanges(before.catalog, after.catalog)).toEqual([]);
  expect(roleChanges(before, after)).toEqual([]);
  expect(accessChanges(before, after)).toEqual([]);

  const more = await read(
    newest,
    `grant app to quiet with inherit true; revoke app from ann; grant app to ann with set false, inherit true;
      create schema shop authorization boss; create table shop.orders (id bigserial primary key);
      alter table shop.orders owner to boss; grant usage on schema shop to app; grant select, maintain on shop.orders to app;
      alter default privileges for role boss in schema shop grant select on tables to app`,
  );
  expect(factChanges(before.catalog, more.catalog).map(({ fact, from, to }) => [fact, from, to])).toEqual([
    ['membership of ann in app: set', true, false],
    ['membership of quiet in app: inherit', false, true],
  ]);
  // Who may act for the owner could do it before.
  const gained = accessChanges(before, more).map(({ role, privilege }) => `${role} ${privilege}`);
  expect([...new Set(gained)].sort()).toEqual([
    'app maintain',
    'quiet maintain',
    'quiet select',
    'quiet usage',
  ]);
});
