/** ensurePartitions on a real server: what it makes, what it locks, what it refuses, and two at once. */
import { describe, expect, it } from 'vitest';
import type { Domain, Manifest, PartitionSet } from '../../src/core/manifest/manifest.ts';
import { planSets } from '../../src/core/partitions/sets.ts';
import { type Connection, connect } from '../../src/db/connect.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { ensurePartitions } from '../../src/db/partitions.ts';
import { serverHere, withDatabase } from '../support/servers.ts';

const now = new Date('2025-06-15T12:00:00Z');
const set: PartitionSet = {
  table: 'events',
  by: 'at',
  every: { count: 1, unit: 'month' },
  premake: 2,
  name: 'events_{yyyy}_{mm}',
  timezone: 'UTC',
  default: false,
  grants: 'parent',
  path: ['domains', 'app', 'partitions', 'events'],
};
function manifest(change: Partial<PartitionSet> = {}): Manifest {
  const domain = {
    name: 'app',
    isolation: 'schema',
    schema: 'app',
    database: 'main',
    partitions: [{ ...set, ...change }],
  };
  return { domains: new Map([['app', domain as unknown as Domain]]) } as unknown as Manifest;
}
const ensure = (connection: Connection, of = manifest(), dryRun = false) =>
  ensurePartitions(connection, of, 'main', now, { dryRun, log: () => {} });
const partitions = async ({ sql }: Connection) =>
  (
    await sql<{ name: string }[]>`
      select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'app.events'::regclass order by 1`
  ).map(({ name }) => name);
const message = (error: unknown) => (error as Error).message;

const setup = `
  create schema app;
  create table app.kinds (id int primary key);
  create table app.events (
    id bigint generated always as identity,
    at timestamptz not null default now(),
    kind int references app.kinds,
    size int not null check (size > 0),
    double int generated always as (size * 2) stored,
    primary key (id, at)
  ) partition by range (at);
  create index events_kind on app.events (kind);
  create unique index events_size on app.events (size, at) where size > 10;`;

const servers = { 15: serverHere(15), 18: serverHere(18) };

describe.each([15, 18] as const)('on PostgreSQL %i', (major) => {
  const server = servers[major];

  it('makes what is due, once, and a row finds its place', async () => {
    await withDatabase(server(), async (connection) => {
      await connection.sql.unsafe(setup);
      const planned = await ensure(connection, manifest(), true);
      expect(await partitions(connection)).toEqual([]);
      expect(await ensure(connection)).toEqual(planned);
      expect(await partitions(connection)).toEqual(['events_2025_06', 'events_2025_07', 'events_2025_08']);
      expect(await ensure(connection)).toEqual([]);
      await connection.sql`insert into app.events (at, size) values ('2025-08-31 23:59:59+00', 3)`;
      const late = connection.sql`insert into app.events (at, size) values ('2025-09-01 00:00:00+00', 3)`;
      await expect(late).rejects.toThrow(/no partition/);
    });
  });

  it('makes them as CREATE TABLE … PARTITION OF would', async () => {
    await withDatabase(server(), async (connection) => {
      await connection.sql.unsafe(setup);
      await ensure(connection);
      // The oracle: the server's own way, beside ours.
      await connection.sql.unsafe(
        `create table app.events_2025_09 partition of app.events for values from ('2025-09-01 00:00:00+00') to ('2025-10-01 00:00:00+00')`,
      );
      const shape = async (name: string) => {
        const table = `app.${name}`;
        const columns = await connection.sql`
          select attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, attislocal, attinhcount, attstorage,
            pg_get_expr(d.adbin, d.adrelid) as default
          from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
          where attrelid = ${table}::regclass and attnum > 0 order by attnum`;
        const constraints = await connection.sql`
          select contype, pg_get_constraintdef(oid) as definition, conislocal, coninhcount, conparentid <> 0 as child
          from pg_constraint where conrelid = ${table}::regclass order by 1, 2`;
        const indexes = await connection.sql`
          select replace(pg_get_indexdef(indexrelid), ${name}, 'X') as definition, indisunique, indisprimary,
            exists (select from pg_inherits where inhrelid = indexrelid) as attached
          from pg_index where indrelid = ${table}::regclass order by 1`;
        return { columns: [...columns], constraints: [...constraints], indexes: [...indexes] };
      };
      expect(await shape('events_2025_06')).toEqual(await shape('events_2025_09'));
    });
  });

  it('gives them the owner, the grants and the closed row security of their parent, and no more', async () => {
    await withDatabase(server(), async (connection) => {
      const { sql } = connection;
      await sql.unsafe(`${setup}
        create role partition_owner; create role partition_reader; create role partition_stranger;
        grant usage, create on schema app to partition_owner;
        alter table app.events owner to partition_owner;
        alter table app.events enable row level security;
        grant select, insert on app.events to partition_reader with grant option;
        grant update (size) on app.events to public;
        alter default privileges in schema app grant select on tables to partition_stranger;`);
      try {
        await ensure(connection);
        const acl = async (table: string) => [
          ...(await sql`
            select pg_get_userbyid(c.relowner) as owner, c.relrowsecurity as rls, null as column, a.grantee, a.privilege_type, a.is_grantable
            from pg_class c, aclexplode(c.relacl) a where c.oid = ${table}::regclass
            union all select null, null, attname, a.grantee, a.privilege_type, a.is_grantable
            from pg_attribute, aclexplode(attacl) a where attrelid = ${table}::regclass order by 3, 4, 5`),
        ];
        expect(await acl('app.events_2025_07')).toEqual(await acl('app.events'));
      } finally {
        await sql.unsafe(`drop schema app cascade; drop owned by partition_owner, partition_reader, partition_stranger;
          drop role partition_owner, partition_reader, partition_stranger;`);
      }
    });
  });

  it('lets readers and writers of the table go on while it works', async () => {
    await withDatabase(server(), async (connection) => {
      await connection.sql.unsafe(setup);
      const sql = await ensure(connection, manifest({ premake: 0 }), true);
      const modes = await connection.sql.begin(async (transaction) => {
        for (const statement of sql) await transaction.unsafe(statement);
        return transaction<{ mode: string }[]>`
          select distinct mode from pg_locks where pid = pg_backend_pid() and relation = 'app.events'::regclass`;
      });
      const blocking = modes
        .map(({ mode }) => mode)
        .filter((mode) => !['AccessShareLock', 'ShareUpdateExclusiveLock'].includes(mode));
      expect(blocking).toEqual([]);
    });
  });

  it('two at once make each partition once', async () => {
    await withDatabase(server(), async (connection) => {
      await connection.sql.unsafe(setup);
      const others = await Promise.all([connect(connection.address), connect(connection.address)]);
      try {
        const made = await Promise.all(others.map((other) => ensure(other)));
        expect(made.flat().filter((sql) => sql.startsWith('CREATE')).length).toBe(3);
        expect((await partitions(connection)).length).toBe(3);
      } finally {
        await Promise.all(others.map((other) => other.close()));
      }
    });
  });
});

describe('what stands in the way is named', () => {
  it('a name that something else has', async () => {
    await withDatabase(servers[18](), async (connection) => {
      await connection.sql.unsafe(`${setup} create table app.events_2025_07 (x int);`);
      const error = await ensure(connection).catch(message);
      expect(error).toContain(
        'cannot make partition app.events_2025_07 of app.events: another relation has that name',
      );
      expect(await partitions(connection)).toEqual(['events_2025_06']);
    });
  });

  it('rows in the DEFAULT partition; and the DEFAULT partition is made last', async () => {
    await withDatabase(servers[18](), async (connection) => {
      await connection.sql.unsafe(setup);
      const withDefault = manifest({ default: true });
      const sql = await ensure(connection, withDefault);
      expect(sql.at(-1)).toBe('ALTER TABLE app.events ATTACH PARTITION app.events_default DEFAULT');
      expect(await ensure(connection, withDefault)).toEqual([]);
      await connection.sql.unsafe(
        `drop table app.events_2025_07; insert into app.events (at, size) values ('2025-07-04', 1)`,
      );
      const error = (await ensure(connection, withDefault).catch((each: unknown) => each)) as {
        problems: { help: string }[];
      };
      expect(error.problems[0]!.help).toBe('Move the rows of that period out of app.events_default first.');
    });
  });

  it('a key that is not the declared one', async () => {
    await withDatabase(servers[18](), async (connection) => {
      await connection.sql.unsafe(
        'create schema app; create table app.events (at timestamptz, n int) partition by range (n)',
      );
      expect(await ensure(connection).catch(message)).toBe(
        'app.events is partitioned by RANGE (n), not by RANGE (at)',
      );
    });
  });

  it('a table that is not there yet is none of it', async () => {
    await withDatabase(servers[18](), async (connection) => {
      expect(await ensure(connection)).toEqual([]);
    });
  });
});

it('is the same whatever the session and the columns are called', async () => {
  await withDatabase(servers[18](), async (connection) => {
    await connection.sql.unsafe(`set timezone = 'America/New_York'; set datestyle = 'German';
      create schema app; create table app.events ("At, when?" timestamptz not null) partition by range ("At, when?");`);
    const of = manifest({ by: 'At, when?' });
    await ensure(connection, of);
    const [planned] = planSets(of, 'main', await introspect(connection), now);
    expect(planned!.plan).toMatchObject({ missing: [], gaps: [], runwayDays: 77 });
  });
});
