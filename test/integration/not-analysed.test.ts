import { expect, it } from 'vitest';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { filled } from '../support/convergence.ts';
import { describeEachMajor } from '../support/servers.ts';

describeEachMajor('what no kind models is told by its name', (server) => {
  it('what is changed of a privilege that an extension came with', async () => {
    const connection = await filled(
      await server().createDatabase(),
      `create extension pg_stat_statements; grant select on pg_stat_statements to current_user with grant option`,
    );
    try {
      expect((await introspect(connection)).notAnalysed.map(({ object }) => object)).toEqual([
        'privileges on view public.pg_stat_statements of extension pg_stat_statements',
      ]);
    } finally {
      await connection.close();
    }
  });

  it('privileges of a kind that a newer server may have, and settings of all roles', async () => {
    const connection = await filled(await server().createDatabase(), 'set allow_system_table_mods = on');
    const told = async () => (await introspect(connection)).notAnalysed.map(({ object }) => object);
    try {
      expect(await told()).toEqual([]);
      // As a later server might have it.
      await connection.sql.unsafe('create table pg_catalog.pg_future (futacl aclitem[])');
      await connection.sql.unsafe(`alter role all set work_mem = '8MB'`);
      expect((await told()).sort()).toEqual([
        'privileges in pg_future.futacl',
        'setting of all roles in all databases: work_mem=8MB',
      ]);
    } finally {
      await connection.sql.unsafe('alter role all reset work_mem');
      await connection.close();
    }
  });

  it('no large object, which is data, but who may reach it', async () => {
    const connection = await filled(
      await server().createDatabase(),
      `select lo_create(20001), lo_create(20002)`,
    );
    const read = async () => {
      const { entries, notAnalysed } = await introspect(connection);
      return [...[...entries.keys()].filter((key) => key.includes('large-object')), ...notAnalysed];
    };
    try {
      expect(await read()).toEqual([]);
      await connection.sql.unsafe(`grant select on large object 20001 to public`);
      expect(await read()).toEqual(['grant:select on large-object 20001 to public']);
    } finally {
      await connection.close();
    }
  });

  it('subscriptions to whoever may not read their connections; of no other database', async () => {
    const other = await filled(await server().createDatabase(), '');
    const connection = await filled(await server().createDatabase(), '');
    const subscribe = (name: string) =>
      `create subscription ${name} connection 'host=far.example password=hunter2' publication p with (connect = false, slot_name = none)`;
    try {
      await connection.sql.unsafe(subscribe('"From Far"'));
      await other.sql.unsafe(subscribe('elsewhere'));
      // A superuser reads its connection; others cannot.
      await connection.sql.unsafe('create role onlooker; set role onlooker');
      const read = await introspect(connection);
      await connection.sql.unsafe('reset role; drop role onlooker');
      expect(read.notAnalysed.map(({ object }) => object)).toEqual(['subscription "From Far"']);
      expect(JSON.stringify([...read.entries.values(), read.notAnalysed])).not.toContain('hunter2');
    } finally {
      for (const { sql, close } of [connection, other]) {
        await sql.unsafe('drop subscription if exists elsewhere');
        await sql.unsafe('drop subscription if exists "From Far"');
        await close();
      }
    }
  });
});
