/** The proof of migrations finds what is wrong with them, and nothing where they are right. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MigrationDraft, parseMigration, printMigration } from '../../src/core/migration/header.ts';
import { withoutSuperuser } from '../../src/core/model/scope.ts';
import { migrations } from '../../src/core/plan/migrations.ts';
import { plan } from '../../src/core/plan/plan.ts';
import type { Connection } from '../../src/db/connect.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { type Trial, tryOut } from '../../src/db/prove/trial.ts';
import { filled, prepared } from '../support/convergence.ts';
import { corpusCases } from '../support/corpus.ts';
import { type TestServer, startServer } from '../support/servers.ts';

const before = `create schema s; create table s.r (id int primary key);
  create table s.t (id int, word text, r int); create index t_word on s.t (word);
  insert into s.t values (1, 'a', null), (2, 'a', null);`;
const after = `create schema s; create table s.r (id int primary key);
  create table s.t (id int primary key, word text not null, r int references s.r, at timestamptz default clock_timestamp());
  create unique index t_word on s.t (word);`;

const majorsTried = [15, 18] as const;
const servers = new Map<number, TestServer>();
let server: TestServer;
beforeAll(async () => {
  for (const major of majorsTried) servers.set(major, await startServer(major));
  server = servers.get(18)!;
});
afterAll(async () => {
  for (const each of servers.values()) await each.stop();
});

const options = { domainOf: () => 's' };
const read = async (connection: Connection) =>
  withoutSuperuser(await introspect(connection), connection.address.user);

/** Tries the migrations, changed by `spoil`, where no row is in the way. */
async function found(spoil: (draft: MigrationDraft) => MigrationDraft = (draft) => draft): Promise<string[]> {
  return tried(server, before.replace(/insert[^;]*;/, ''), after, 's', spoil);
}

async function tried(
  on: TestServer,
  before: string,
  after: string,
  schema: string,
  spoil: (draft: MigrationDraft) => MigrationDraft = (draft) => draft,
): Promise<string[]> {
  const from = await filled(await on.createDatabase(), await prepared(on, before));
  const to = await filled(await on.createDatabase(), await prepared(on, after));
  try {
    const [start, goal] = [await read(from), await read(to)];
    const trials = migrations(start, goal, options, new Date(0), new Map()).map((each): Trial => {
      const draft = spoil(each.draft);
      const parsed = parseMigration(printMigration(draft));
      return { name: each.version, schema, draft, parsed };
    });
    const left = async (wanted: typeof goal) =>
      plan(await read(from), wanted, options).flatMap(({ statements }) => statements.map(({ sql }) => sql));
    return await tryOut(from, trials, { afterUp: () => left(goal), afterDown: () => left(start) });
  } finally {
    await from.close();
    await to.close();
  }
}

it('finds nothing wrong with what the planner makes', async () => {
  expect(await found()).toEqual([]);
});

const inUse = corpusCases().filter(({ name }) => name.endsWith('-in-use'));
const tries = majorsTried.flatMap((major) => inUse.map((each) => [each.name, major, each] as const));

it.each(tries)('%s: there and back with rows, PostgreSQL %i', async (_name, major, { before, after }) => {
  expect(await tried(servers.get(major)!, before, after, 'public')).toEqual([]);
});

it('makes what a partitioned table gets on a partition too that came meanwhile', async () => {
  const [before, after] = ['', 'create index p_b on p (b); alter table p add primary key (a);'].map(
    (more) => `create table p (a int not null, b int) partition by range (a);
      create table p1 partition of p for values from (0) to (10); ${more}`,
  );
  const from = await filled(await server.createDatabase(), before!);
  const to = await filled(await server.createDatabase(), after!);
  try {
    const steps = migrations(await read(from), await read(to), options, new Date(0), new Map());
    await from.sql.unsafe(`create table late partition of p for values from (10) to (20)`);
    for (const { draft } of steps) for (const { sql } of draft.up) await from.sql.unsafe(sql);
    const made = await from.sql<{ name: string; valid: boolean }[]>`
      select indexrelid::regclass::text as name, indisvalid as valid from pg_index
      where indrelid::regclass::text in ('p', 'p1', 'late') order by 1`;
    const names = ['late_b_idx', 'late_pkey', 'p1_b_idx', 'p1_pkey', 'p_b', 'p_pkey'];
    expect([...made]).toEqual(names.map((name) => ({ name, valid: true })));
  } finally {
    await from.close();
    await to.close();
  }
});

it.each<[string, (draft: MigrationDraft) => MigrationDraft, RegExp]>([
  [
    'a lock that is not stated',
    (draft) => ({ ...draft, up: draft.up.map((each) => ({ ...each, locks: [] })) }),
    /takes ACCESS EXCLUSIVE on s\.t, and states no lock/,
  ],
  [
    'a lock that is not taken',
    (draft) => ({
      ...draft,
      up: draft.up.map((each) => ({ ...each, locks: [{ mode: 'EXCLUSIVE', relation: 's.r' }] })),
    }),
    /states EXCLUSIVE on s\.r, and holds no lock/,
  ],
  [
    'a rewrite that is not stated',
    (draft) => ({ ...draft, up: draft.up.map((each) => ({ ...each, hazards: [] })) }),
    /rewrites s\.t, and does not state it/,
  ],
  [
    'a way that does not lead there',
    (draft) => ({ ...draft, up: draft.up.filter(({ sql }) => !sql.includes('ADD COLUMN')) }),
    /ADD COLUMN at/,
  ],
  [
    'a way back that does not lead back',
    (draft) => ({ ...draft, down: draft.down.filter(({ sql }) => !sql.includes('t_word')) }),
    /INDEX/,
  ],
  [
    'what the server refuses',
    (draft) => ({ ...draft, down: draft.down.map((each) => ({ ...each, sql: `${each.sql} NONSENSE` })) }),
    /Down: .* syntax error at or near/,
  ],
])('finds %s', async (_, spoil, what) => {
  expect((await found(spoil)).join('\n')).toMatch(what);
});

it('begins an index anew whose build broke off', async () => {
  const from = await filled(await server.createDatabase(), before);
  const to = await filled(await server.createDatabase(), after);
  try {
    const [start, goal] = [await read(from), await read(to)];
    const unique = migrations(start, goal, options, new Date(0), new Map())
      .map(({ draft }) => draft)
      .find(({ up }) => up.some(({ sql }) => sql.startsWith('CREATE UNIQUE INDEX CONCURRENTLY t_word')));
    const run = async () => {
      for (const { sql } of unique!.up) await from.sql.unsafe(sql);
    };
    const invalid = async () =>
      (await from.sql`select indexrelid::regclass::text as name from pg_index where not indisvalid`).length;
    await expect(run()).rejects.toThrow('could not create unique index');
    expect(await invalid()).toBe(1);
    await from.sql`delete from s.t where id = 2`;
    await run();
    expect(await invalid()).toBe(0);
  } finally {
    await from.close();
    await to.close();
  }
});
