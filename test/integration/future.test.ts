/** What is told of objects yet to be made, against the ACLs of objects made then. */
import { expect, it } from 'vitest';
import { accessOf } from '../../src/core/access/effective.ts';
import { future } from '../../src/core/access/future.ts';
import { connect } from '../../src/db/connect.ts';
import { readDefaultAcls } from '../../src/db/default-acls.ts';
import { parseAcl } from '../../src/db/introspect/acl.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { describeEachMajor } from '../support/servers.ts';

const system = `
create role maker; create role reader; create role other;
create schema shop authorization maker;
grant usage on schema shop to reader;
alter default privileges for role maker revoke execute on functions from public;
alter default privileges for role maker grant usage on sequences to other;
alter default privileges for role maker in schema shop grant select on tables to reader with grant option;
alter default privileges for role maker in schema shop revoke usage on types from public;
alter default privileges for role other in schema shop grant insert on tables to reader;
`;
const made = [
  ['tables', 'create table shop.t ()', `select relacl as acl from pg_class where relname = 't'`, 'r'],
  ['sequences', 'create sequence shop.s', `select relacl as acl from pg_class where relname = 's'`, 's'],
  [
    'functions',
    `create function shop.f() returns int language sql as 'select 1'`,
    `select proacl as acl from pg_proc where proname = 'f' and pronamespace = 'shop'::regnamespace`,
    'f',
  ],
  ['types', `create type shop.e as enum ()`, `select typacl as acl from pg_type where typname = 'e'`, 'T'],
] as const;

describeEachMajor('privileges on future objects', (server) => {
  it('are those that they have then', async () => {
    const connection = await connect(await server().createDatabase());
    const { sql } = connection;
    try {
      await sql.unsafe(system);
      const catalog = await introspect(connection);
      const { defaults, builtIn } = await readDefaultAcls(connection, 'maker');
      const told = future({ catalog, access: accessOf(catalog) }, 'maker', 'shop', builtIn, defaults);
      for (const [objects, create, read, type] of made) {
        await sql.unsafe(`set role maker; ${create}; reset role`);
        const [row] = await sql.unsafe<{ acl: string }[]>(
          `select coalesce(acl, acldefault('${type}', 'maker'::regrole))::text as acl from (${read}) x`,
        );
        const word = (each: { to: string; privilege: string; grantable: boolean }) =>
          `${each.privilege} to ${each.to}${each.grantable ? ' with grant option' : ''}`;
        const ours = told.grants.filter((each) => each.objects === objects).map(word);
        expect(ours.sort(), objects).toEqual(parseAcl(row!.acl).map(word).sort());
      }
      expect(told.notes.join('\n')).toContain('insert on the tables that other makes here');
      expect(told.notes.join('\n')).toContain('other has no usage on schema shop');
      expect(told.notes.join('\n')).not.toContain('PUBLIC gets execute');
    } finally {
      await connection.close();
    }
  });
});
