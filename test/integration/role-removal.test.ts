/** A role goes from a server: from every database of it, and at nobody else's cost. */
import { expect, it } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { privilegesOn } from '../../src/core/kinds/privileges.ts';
import { nameOf } from '../../src/core/model/id.ts';
import { openWorkplace } from '../support/program.ts';
import { ask, dropRoles, makeAtRandom, roles } from '../support/random-access.ts';
import { type TestServer, describeEachMajor } from '../support/servers.ts';

const seed = Number(process.env['ACCESS_SEED'] ?? Math.floor(Date.now() % 1_000_000));

const asRoles = `
create role going; create role heir; create role member; create role third; create role boss;
grant going to member;
`;
const inFirst = `
create schema shop authorization going;
create table shop.orders (id int);
alter table shop.orders owner to going;
insert into shop.orders values (1);
create table other (id int);
alter table other owner to boss;
alter table other enable row level security;
create policy alone on other to going using (true);
create policy shared on other to going, third using (true);
grant select on other to going with grant option;
set role going;
grant select on other to third with grant option;
alter default privileges in schema shop grant select on tables to third;
set role third;
grant select on other to member;
reset role;
`;
const inSecond = `
create schema lager;
create table lager.items (id int);
grant insert on lager.items to going;
create function lager.own() returns int language sql as 'select 1';
alter function lager.own() owner to going;
`;

describeEachMajor('a role is removed', (server, major) => {
  it('from two databases, once the manifest has it no more', { timeout: 240_000 }, async () => {
    const { first, second, remove } = await twoDatabases(server(), major);
    try {
      const [one, two] = [await connect(first), await connect(second)];
      const has = async (role: string, table: string, privilege: string) => {
        const [row] = await one.sql<
          { yes: boolean }[]
        >`select has_table_privilege(${role}, ${table}, ${privilege}) as yes`;
        return row!.yes;
      };
      const place = await openWorkplace({
        FIRST: server().url(first.database),
        SECOND: server().url(second.database),
      });
      try {
        const manifest = (declared: string) => `
version: 1
name: shop
databases: { main: { url: "\${FIRST}" }, store: { url: "\${SECOND}" } }
domains: { shop: {}, lager: { database: store } }
roles: { boss: {}${declared} }
`;
        await place.write({ 'dbctl.yaml': manifest(', going: {}') });
        expect((await place.dbctl('roles', 'remove', 'going')).log).toContain(
          'the manifest declares the role going',
        );
        await place.write({ 'dbctl.yaml': manifest('') });

        const refused = await place.dbctl('roles', 'remove', 'going', '--allow-destructive');
        expect(refused.status).toBe(2);
        expect(refused.log).toMatch(/owns .*table shop\.orders.*function lager\.own\(\)/s);
        const unwilling = await place.dbctl('roles', 'remove', 'going', '--reassign-to', 'heir');
        expect(unwilling.status).toBe(2);
        expect(unwilling.log).toContain('would lose access: role going');

        const told = await place.succeed('roles', 'remove', 'going', '--reassign-to', 'heir', '--dry-run');
        for (const text of [
          'its members lose what they had through it: member',
          'policy alone on table public.other',
          'REASSIGN OWNED BY going TO heir',
          'DROP OWNED BY going',
          'GRANT SELECT ON TABLE public.other TO third WITH GRANT OPTION',
        ])
          expect(told).toContain(text);
        const [still] = await one.sql`select 1 as yes from pg_roles where rolname = 'going'`;
        expect(still).toBeDefined();

        await place.succeed('roles', 'remove', 'going', '--reassign-to', 'heir', '--allow-destructive');
        expect(await one.sql`select from pg_roles where rolname = 'going'`).toHaveLength(0);
        const owners = await Promise.all([
          one.sql<
            { owner: string }[]
          >`select relowner::regrole::text as owner from pg_class where oid = 'shop.orders'::regclass`,
          two.sql<
            { owner: string }[]
          >`select proowner::regrole::text as owner from pg_proc where proname = 'own'`,
        ]);
        expect(owners.flat().map(({ owner }) => owner)).toEqual(['heir', 'heir']);
        expect(await one.sql`select from shop.orders`).toHaveLength(1);
        // What it had granted is held as before; and what that role granted on.
        expect(await has('third', 'other', 'select with grant option')).toBe(true);
        expect(await has('member', 'other', 'select')).toBe(true);
        const policies = await one.sql<{ name: string }[]>`select polname as name from pg_policy`;
        expect(policies.map(({ name }) => name)).toEqual(['shared']);
        const again = await place.dbctl('roles', 'remove', 'going', '--allow-destructive');
        expect(again.log).toContain('going: the server has no such role');
      } finally {
        await place.remove();
        await Promise.all([one.close(), two.close()]);
      }
    } finally {
      await remove();
    }
  });

  it('by a role with CREATEROLE, which is told what it lacks', async () => {
    const address = await server().createDatabase();
    const connection = await connect(address);
    const place = await openWorkplace({});
    const url = server()
      .url(address.database)
      .replace(/\/\/[^@]*@/, '//manager:secret@');
    const removal = ['--database-url', url, 'roles', 'remove', 'leaving', '--reassign-to', 'staying'];
    try {
      // From 16 on, whoever makes a role may grant it.
      await connection.sql.unsafe(`
        create role manager createrole login password 'secret'; create role staying;
        set role manager; create role leaving; reset role;
        create schema shop; create table shop.orders (id int); alter table shop.orders owner to leaving;
        grant usage on schema shop to leaving`);
      const lacking = await place.dbctl(...removal, '--allow-destructive');
      expect(lacking.status).toBe(3);
      expect(lacking.log).toContain('Write: GRANT staying TO manager.');
      await connection.sql.unsafe('grant staying to manager');
      const beyond = await place.dbctl(...removal, '--allow-destructive');
      expect(beyond.status).toBe(3);
      expect(beyond.log).toContain('may not take what leaving holds on schema shop');
      await connection.sql.unsafe('alter schema shop owner to staying');
      const told = await place.succeed(...removal, '--dry-run');
      expect(told).toContain('GRANT leaving TO CURRENT_USER');
      await place.succeed(...removal, '--allow-destructive');
      const [left] = await connection.sql`select from pg_roles where rolname = 'leaving'`;
      expect(left).toBeUndefined();
      const [row] = await connection.sql<{ owner: string }[]>`
        select relowner::regrole::text as owner from pg_class where oid = 'shop.orders'::regclass`;
      expect(row!.owner).toBe('staying');
    } finally {
      await place.remove();
      await connection.close();
      await server().dropDatabase(address.database);
      const admin = await connect(server().address);
      await admin.sql.unsafe('drop role if exists leaving; drop role if exists manager, staying');
      await admin.close();
    }
  });

  it(`from databases made at random, and nobody but its members loses anything, seed ${seed}`, async () => {
    const address = await server().createDatabase();
    const connection = await connect(address);
    const place = await openWorkplace({});
    const { sql } = connection;
    try {
      const objects = await makeAtRandom(connection, seed);
      const [going, heir] = ['ann', 'carl'];
      const [after] = await sql<{ names: string[] }[]>`
        select coalesce(array_agg(rolname::text), '{}') as names from pg_roles
        where rolname <> ${going} and not pg_has_role(rolname, ${going}, 'MEMBER')`;
      const others = roles.filter((role) => after!.names.includes(role));
      const all = [...others, 'public'];
      const before = await ask(connection, all, objects);
      const url = server().url(address.database);
      await place.succeed(
        '--database-url',
        url,
        'roles',
        'remove',
        going,
        '--reassign-to',
        heir,
        '--allow-destructive',
      );
      const now = await ask(connection, all, objects);
      const lost: string[] = [];
      let at = 0;
      for (const object of objects)
        for (const role of all)
          for (const privilege of privilegesOn(object.kind, connection.serverVersion)) {
            const [then, today] = [before[at]!, now[at]!];
            at += 1;
            if ((then.held && !today.held) || (then.grantable && !today.grantable))
              lost.push(`${role}: ${privilege} on ${object.kind} ${nameOf(object)}`);
          }
      expect(lost).toEqual([]);
      expect(at).toBeGreaterThan(500);
      expect(await sql`select from pg_roles where rolname = ${going}`).toHaveLength(0);
    } finally {
      await place.remove();
      await connection.close();
      await server().dropDatabase(address.database);
      await dropRoles(server());
    }
  });
});

async function twoDatabases(server: TestServer, major: number) {
  const [first, second] = [await server.createDatabase(), await server.createDatabase()];
  const run = async (address: typeof first, sql: string) => {
    const connection = await connect(address);
    await connection.sql.unsafe(sql);
    await connection.close();
  };
  await run(first, `${asRoles}${inFirst}`);
  await run(second, inSecond);
  // From 16 on a membership hangs on who granted it.
  if (major >= 16)
    await run(
      first,
      'grant third to going with admin option; set role going; grant third to boss; reset role',
    );
  return {
    first,
    second,
    remove: async () => {
      await server.dropDatabase(first.database);
      await server.dropDatabase(second.database);
      await run(server.address, 'drop role if exists going, heir, member, third, boss');
    },
  };
}
