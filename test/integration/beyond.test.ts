/** What a role comes to without holding it: each way that is told is gone, as the role, and does what it says. */
import { expect, it } from 'vitest';
import { bodiesOf } from '../../src/core/access/beyond/functions.ts';
import { accessOf } from '../../src/core/access/effective.ts';
import { explain } from '../../src/core/access/explain.ts';
import { objectsNamed } from '../../src/core/access/object-name.ts';
import { connect } from '../../src/db/connect.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { describeEachMajor } from '../support/servers.ts';

const system = (major: number) => `
create role boss; create role ann; create role creator createrole; create role keeper;
create schema shop authorization boss;
grant usage on schema shop to ann, creator, keeper;
set role boss;
create table shop.customers (id int primary key);
create table shop.orders (id int, customer int references shop.customers on delete cascade);
create table shop.facts (at int) partition by range (at);
create table shop.facts_1 partition of shop.facts for values from (0) to (10);
create view shop.seen as select id from shop.orders;
create view shop.seen_again as select id from shop.seen;
create view shop.own_rights with (security_invoker = true) as select id from shop.orders;
create function shop.purge() returns void language sql security definer as 'delete from shop.facts';
create function shop.nothing() returns int language sql security definer as 'select 1';
create table shop.log (what text);
create function shop.note() returns trigger language plpgsql security definer as
  'begin insert into shop.log values (new.id::text); return new; end';
create trigger note after insert on shop.orders for each row execute function shop.note();
create table shop.quiet (id int);
create trigger note after insert on shop.quiet for each row execute function shop.note();
alter table shop.quiet disable trigger note;
grant insert on shop.orders, shop.quiet to ann;
create materialized view shop.copy as select id from shop.customers;
insert into shop.customers values (1); insert into shop.orders values (1, 1); insert into shop.facts values (1);
grant select on shop.seen_again, shop.own_rights, shop.copy, shop.facts to ann;
grant delete on shop.customers to ann;
grant select (id) on shop.customers to ann;
revoke select on shop.facts_1 from boss;
reset role;
grant boss to keeper with ${major >= 16 ? 'inherit false, set false, admin true' : 'admin option'};
`;

/** Role, privilege, object; the last step but the ACL's; what the role does to go that way. */
const ways: readonly (readonly [
  role: string,
  privilege: string,
  object: string,
  via: string,
  does: string,
])[] = [
  ['ann', 'select', 'shop.orders', 'view', 'select * from shop.seen_again'],
  ['ann', 'select', 'shop.customers', 'materialized view', 'select * from shop.copy'],
  ['ann', 'select', 'shop.customers', 'column', 'select id from shop.customers'],
  ['ann', 'select', 'shop.facts_1', 'parent', 'select * from shop.facts'],
  ['ann', 'delete', 'shop.facts', 'function', 'select shop.purge()'],
  ['ann', 'delete', 'shop.orders', 'cascade', 'delete from shop.customers where id = 1'],
  ['ann', 'insert', 'shop.log', 'trigger', 'insert into shop.orders values (7, null)'],
  ['boss', 'select', 'shop.facts_1', 'owner', 'grant select on shop.facts_1 to boss'],
];

describeEachMajor('beyond what is held', (server, major) => {
  it('is told, and true', async () => {
    const connection = await connect(await server().createDatabase());
    const { sql } = connection;
    try {
      await sql.unsafe(system(major));
      const catalog = await introspect(connection);
      const world = { catalog, access: accessOf(catalog) };
      const bodies = await bodiesOf(catalog);
      const beyond = (role: string, privilege: string, name: string) => {
        const [on] = objectsNamed(catalog, name);
        const answer = explain(world, { role, privilege, on: on! }, bodies);
        expect(answer.allowed).toBe(false);
        return answer.beyond;
      };
      for (const [role, privilege, object, via, does] of ways) {
        const found = beyond(role, privilege, object);
        expect(found.map((path) => path.findLast((step) => step.via === via)?.via)).toContain(via);
        const over = new Error('over');
        const ran = sql.begin(async (transaction) => {
          await transaction.unsafe(`set local role ${role}; ${does}`);
          throw over;
        });
        await expect(ran, does).rejects.toBe(over);
      }
      // A view that uses the reader's rights, and a function that names nothing of it, are no ways.
      const views = beyond('ann', 'select', 'shop.orders').flat();
      expect(views.filter(({ via }) => via === 'view')).toHaveLength(2);
      expect(
        beyond('ann', 'delete', 'shop.facts')
          .flat()
          .filter(({ via }) => via === 'function'),
      ).toHaveLength(1);
      // A trigger that is disabled, and one whose function does not touch it, are none either.
      const triggers = beyond('ann', 'insert', 'shop.log').flat();
      expect(triggers.filter(({ via }) => via === 'trigger')).toHaveLength(1);
      expect(
        beyond('ann', 'insert', 'shop.customers')
          .flat()
          .filter(({ via }) => via === 'trigger'),
      ).toEqual([]);
      // Whoever may grant a role to itself; until 15, CREATEROLE may grant any.
      const of = major >= 16 ? 'keeper' : 'creator';
      expect(beyond(of, 'delete', 'shop.orders').map(([first]) => first!.via)).toContain(
        major >= 16 ? 'admin option' : 'createrole',
      );
      expect(beyond('creator', 'delete', 'shop.orders').some(([first]) => first!.via === 'createrole')).toBe(
        major < 16,
      );
      await sql.unsafe(`set role ${major < 16 ? 'creator' : 'keeper'}`);
      await sql.unsafe(
        `grant boss to ${major < 16 ? 'creator' : 'keeper'}; set role boss; delete from shop.orders; reset role`,
      );
    } finally {
      await connection.close();
    }
  });
});
