/** The runner against real servers: what it applies, what it takes back, and what is left when something goes wrong. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { clusterHistory, type HistoryTable } from '../../src/core/migration/history.ts';
import { KnownError } from '../../src/core/model/problem.ts';
import { type Address, connect, type Connection } from '../../src/db/connect.ts';
import type { RunOptions, Site } from '../../src/db/migrate/apply.ts';
import { type Consent, migrate, planMigrate, readStatus, rollback } from '../../src/db/migrate/migrate.ts';
import type { Done } from '../../src/db/migrate/progress.ts';
import { scriptOf } from '../../src/core/migration/script.ts';
import { readMigrations } from '../../src/files/migrations/read.ts';
import { pgDump } from '../support/pg-dump.ts';
import { serverHere } from '../support/servers.ts';

const domains = ['_cluster', 'tenants', 'auth', 'shop'];
const historyIn = (domain: string): HistoryTable => ({
  domain,
  schema: domain,
  table: 'dbctl_migrations',
});

describe.each([18, 15] as const)('PostgreSQL %i', (major) => {
  const server = serverHere(major);
  let admin: Connection;
  let address: Address;
  let folder = '';
  let n = 0;

  beforeAll(async () => {
    admin = await connect(server().address);
  });
  afterAll(async () => {
    await admin.close();
  });
  beforeEach(async () => {
    n += 1;
    const database = `migrate_${major}_${process.pid}_${n}`;
    address = await server().createDatabase(database);
    folder = await mkdtemp(join(tmpdir(), 'dbctl-migrate-'));
    const path = folder;
    onTestFinished(async () => {
      await server().dropDatabase(database);
      await rm(path, { recursive: true });
    });
  });

  const write = async (name: string, text: string) => {
    const file = join(folder, `${name}.sql`);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, text);
    return file;
  };
  const source = async () => ({ files: await readMigrations(folder, domains), domains });
  const site = (selected: readonly string[] = ['tenants', 'auth', 'shop']): Site => ({
    database: 'main',
    address,
    histories: selected.map((name) => (name === '_cluster' ? clusterHistory : historyIn(name))),
    others: ['tenants', 'auth', 'shop'].filter((name) => !selected.includes(name)).map(historyIn),
  });
  const options = (more: Partial<RunOptions & Consent> = {}) => {
    const told: string[] = [];
    return {
      told,
      signal: new AbortController().signal,
      dbctlVersion: '1.2.3',
      elapsed: () => performance.now(),
      lockTimeout: 400,
      attempts: 3,
      consent: async (losses: readonly { object: string }[]) => {
        throw new Error(`asked: ${losses.map(({ object }) => object).join(', ')}`);
      },
      progress: {
        waiting: (_: string, holder: string) => void told.push(`waiting for ${holder}`),
        blocked: (_: unknown, blockers: string) => void told.push(`blocked by ${blockers}`),
        retrying: (_: unknown, attempt: number) => void told.push(`retry after ${attempt}`),
        done: ({ domain, version }: Done, direction: string) =>
          void told.push(`${direction} ${domain}@${version}`),
      },
      ...more,
    };
  };
  const up = async (more: Partial<RunOptions & Consent> = {}, selected?: readonly string[]) =>
    migrate([site(selected)], await source(), undefined, options(more));
  const down = async (
    steps: number,
    more: Partial<RunOptions & Consent> = {},
    selected?: readonly string[],
  ) => rollback([site(selected)], await source(), { steps }, options(more));
  const failure = async (run: Promise<unknown>): Promise<KnownError> => {
    const error = await run.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(KnownError);
    return error as KnownError;
  };
  const live = async <T>(use: (connection: Connection) => Promise<T>): Promise<T> => {
    const connection = await connect(address, { applicationName: 'somebody' });
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  };
  /** Until a statement runs. */
  const running = (statement: string) =>
    live(async ({ sql }) => {
      const ask = () =>
        sql`SELECT FROM pg_stat_activity WHERE query = ${statement} AND state = 'active' AND datname = current_database()`;
      while ((await ask()).length === 0) await delay(20);
    });
  const relations = () =>
    live(async ({ sql }) => {
      const rows = await sql<{ name: string }[]>`
        SELECT format('%s.%s', nspname, relname) AS name FROM pg_namespace n LEFT JOIN pg_class c ON relnamespace = n.oid AND relkind IN ('r', 'p', 'v')
        WHERE nspname !~ '^pg_|^information_schema$|^public$' ORDER BY 1`;
      return rows.map(({ name }) => name);
    });

  const tenants = () =>
    write(
      'tenants/20260101000000000_init',
      `-- Up Migration
CREATE SCHEMA IF NOT EXISTS tenants;
CREATE TABLE tenants.tenants (id int PRIMARY KEY, slug text NOT NULL DEFAULT '{slug}; $1');
CREATE FUNCTION tenants.f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN ';{name}'; END $$;
-- Down Migration
DROP FUNCTION tenants.f();
DROP TABLE tenants.tenants;`,
    );
  const auth = () =>
    write(
      'auth/20260101000000001_init',
      `-- requires: tenants@20260101000000000
-- Up Migration
CREATE TABLE users (id int PRIMARY KEY, tenant_id int REFERENCES tenants.tenants);
-- Down Migration
DROP TABLE users;`,
    );

  test('up records what it did, down takes everything away, up again makes the same', async () => {
    await tenants();
    await auth();
    const { done, remaining } = await up();
    expect(done.map(({ domain, version, name }) => [domain, version, name])).toEqual([
      ['tenants', '20260101000000000', 'init'],
      ['auth', '20260101000000001', 'init'],
    ]);
    expect(remaining).toEqual([]);
    const first = await relations();
    expect(first).toEqual([
      'auth.dbctl_migrations',
      'auth.users',
      'tenants.dbctl_migrations',
      'tenants.tenants',
    ]);
    const [row] = await live(
      ({ sql }) =>
        sql`SELECT *, run_on BETWEEN ((now() - interval '1 minute') AT TIME ZONE 'UTC') AND (now() AT TIME ZONE 'UTC') AS fresh FROM tenants.dbctl_migrations`,
    );
    expect(row).toMatchObject({
      name: '20260101000000000_init',
      version: '20260101000000000',
      checksum: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      applied_by: 'postgres',
      dbctl_version: '1.2.3',
      fresh: true,
    });
    const [text] = await live(
      ({ sql }) =>
        sql`SELECT tenants.f() AS f, pg_get_expr(adbin, adrelid) AS d FROM pg_attrdef WHERE adrelid = 'tenants.tenants'::regclass`,
    );
    expect(text).toEqual({ f: ';{name}', d: `'{slug}; $1'::text` });
    expect(await up()).toEqual({ done: [], remaining: [] });
    const dump = () => pgDump(address);
    const dumped = await dump();
    expect(dumped).toContain('CREATE TABLE auth.users');
    await down(99);
    expect(await relations()).toEqual([]);
    await up();
    expect(await dump()).toBe(dumped);
  });

  test('a dry run touches nothing, and psql would do the same with its SQL', async () => {
    await tenants();
    await auth();
    const planned = await planMigrate([site()], await source(), undefined);
    expect(await relations()).toEqual([]);
    await readStatus([site()], await source());
    expect(await relations()).toEqual([]);
    const script = planned.map((step) => scriptOf(step, 'up')).join('\n');
    await live(({ sql }) => sql.unsafe(script).simple());
    expect(await relations()).toEqual(['auth.users', 'tenants.tenants']);
  });

  test('two at once: one works, the other waits and finds nothing to do', async () => {
    await tenants();
    await write('tenants/20260101000000002_slow', '-- Up Migration\nSELECT pg_sleep(0.7);');
    const [a, b] = [options(), options()];
    const files = await source();
    const outcomes = await Promise.all([a, b].map((each) => migrate([site()], files, undefined, each)));
    expect(outcomes.map(({ done }) => done.length).toSorted((a, b) => a - b)).toEqual([0, 2]);
    const waiter = outcomes[0]!.done.length === 0 ? a : b;
    expect(waiter.told.filter((line) => line.startsWith('waiting'))).toEqual([
      expect.stringMatching(/^waiting for pid \d+ \(postgres, dbctl migrate\)$/),
    ]);
  });

  test('runs of different domains do not wait for one another', async () => {
    await write('tenants/20260101000000000_slow', '-- Up Migration\nSELECT pg_sleep(1.5);');
    await write('shop/20260101000000000_quick', '-- Up Migration\nSELECT 1;');
    const slow = up({}, ['tenants']);
    await delay(200);
    const quick = options();
    await migrate([site(['shop'])], await source(), undefined, quick);
    expect(quick.told).toEqual(['up shop@20260101000000000']);
    expect(await relations()).toEqual(['shop.dbctl_migrations']);
    await slow;
  });

  test('who waits for another run does not keep CREATE INDEX CONCURRENTLY of that run from finishing', async () => {
    await tenants();
    await write(
      'tenants/20260101000000002_index',
      '-- transaction: off\n-- Up Migration\nSELECT pg_sleep(0.5);\nCREATE INDEX CONCURRENTLY slugs ON tenants.tenants (slug);\n-- Down Migration\nDROP INDEX CONCURRENTLY tenants.slugs;',
    );
    const files = await source();
    const outcomes = await Promise.all([1, 2].map(() => migrate([site()], files, undefined, options())));
    expect(outcomes.map(({ done }) => done.length).toSorted((a, b) => a - b)).toEqual([0, 2]);
    const valid = () =>
      live(({ sql }) => sql`SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('tenants.slugs')`);
    expect(await valid()).toEqual([{ indisvalid: true }]);
    await down(1);
    expect(await valid()).toEqual([]);
  });

  describe('what does not fit is refused before anything is applied', () => {
    const problem = async () => (await failure(up())).problems[0]!;
    test('an edited file', async () => {
      const file = await tenants();
      await up();
      await writeFile(file, '-- Up Migration\r\nSELECT 1;\r\n');
      await auth();
      const error = await failure(up());
      expect(error.status).toBe(2);
      expect(error.problems).toHaveLength(1);
      expect(error.problems[0]!.message).toMatch(
        /^tenants\/20260101000000000_init has been edited since it was applied on \d{4}-\d\d-\d\d \d\d:\d\d UTC by postgres$/,
      );
      expect(error.problems[0]!.location!.file).toBe(file);
      expect(await relations()).not.toContain('auth.users');
      await expect(down(1)).rejects.toThrow(/the file has been edited/);
    });
    test('not for its line ends', async () => {
      const file = await tenants();
      await up();
      const text = (await source()).files[0]!.text;
      await writeFile(file, text.replaceAll('\n', '\r\n'));
      expect((await up()).done).toEqual([]);
    });
    test('a file that is gone', async () => {
      const file = await tenants();
      await up();
      await rm(file);
      expect((await problem()).message).toMatch(/its file is gone/);
      await expect(down(1)).rejects.toThrow(/its file is gone/);
    });
    test('a migration that comes too late', async () => {
      await tenants();
      await up();
      await write('tenants/20250101000000000_late', '-- Up Migration\nSELECT 1;');
      expect((await problem()).message).toBe(
        'tenants/20250101000000000_late is not applied, but the later 20260101000000000_init is',
      );
      const [status] = await readStatus([site()], await source());
      expect(status!.problems.map(({ rule }) => rule)).toEqual(['migration/out-of-order']);
    });
    test('a requirement that is not met', async () => {
      await tenants();
      await auth();
      expect((await failure(up({}, ['auth']))).problems[0]).toMatchObject({
        message: 'auth/20260101000000001_init requires tenants@20260101000000000, which is not applied',
        help: 'Apply it too: add --domain tenants.',
      });
      await up({}, ['tenants']);
      expect((await up({}, ['auth'])).done).toHaveLength(1);
      await expect(down(1, {}, ['tenants'])).rejects.toThrow(
        /auth\/20260101000000001_init is applied and requires it/,
      );
      expect((await down(2)).done.map(({ domain }) => domain)).toEqual(['auth', 'tenants']);
    });
  });

  describe('a statement that fails', () => {
    test('is shown with its place, the server’s words, and what stands', async () => {
      await tenants();
      const file = await write(
        'tenants/20260101000000002_bad',
        `-- Up Migration
CREATE TABLE tenants.extra (a int);
INSERT INTO tenants.tenants
  VALUES (1, 'é'), (2, emial);
-- Down Migration
`,
      );
      const error = await failure(up());
      const [{ message, location, frame, help }] = error.problems as [(typeof error.problems)[0]];
      expect(error.status).toBe(3);
      expect(message).toBe(
        'tenants/20260101000000002_bad: column "emial" does not exist (42703). Nothing of tenants/20260101000000002_bad is applied; the migration of this run before it is applied.',
      );
      expect(location).toMatchObject({ file, line: 4, column: 24 });
      expect(frame).toContain("> 4 |   VALUES (1, 'é'), (2, emial);\n    |                        ^");
      expect(help).toBe(`Correct ${file}, then run dbctl migrate again.`);
      expect(await relations()).toEqual(['tenants.dbctl_migrations', 'tenants.tenants']);
    });
    test('tells detail, hint and context', async () => {
      await write(
        'tenants/20260101000000000_bad',
        `-- Up Migration\nDO $$ BEGIN RAISE EXCEPTION 'no' USING DETAIL = 'the detail', HINT = 'the hint'; END $$;`,
      );
      const error = await failure(up());
      expect(error.problems[0]!.frame).toMatch(
        /detail: the detail\n {2}hint: the hint\n {2}where: PL\/pgSQL/,
      );
      expect(await relations()).toEqual([]);
    });
    test('a deferred constraint fails at COMMIT: nothing stands', async () => {
      await write(
        'tenants/20260101000000000_bad',
        `-- Up Migration\nCREATE SCHEMA IF NOT EXISTS tenants; CREATE TABLE tenants.a (id int PRIMARY KEY, b int REFERENCES tenants.a DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO tenants.a VALUES (1, 2);`,
      );
      const error = await failure(up());
      expect(error.problems[0]!.message).toMatch(/violates foreign key constraint.*Nothing of tenants/s);
      expect(await relations()).toEqual([]);
    });
    test('outside a transaction: what stands is named, and the invalid index', async () => {
      await tenants();
      await up();
      await live(({ sql }) => sql`INSERT INTO tenants.tenants VALUES (1), (2)`);
      await write(
        'tenants/20260101000000002_index',
        '-- transaction: off\n-- Up Migration\nCREATE TABLE tenants.first (a int);\nCREATE UNIQUE INDEX CONCURRENTLY slugs ON tenants.tenants (slug);',
      );
      const error = await failure(up());
      expect(error.problems[0]!.message).toContain(
        'It runs outside a transaction: statement 1 stands; it is not recorded as applied, and the next run begins it anew.',
      );
      expect(error.problems[0]!.message).toContain(
        'An invalid index is left behind: DROP INDEX CONCURRENTLY tenants.slugs;',
      );
      const [status] = await readStatus([site()], await source());
      expect(status!.pending).toHaveLength(1);
    });
  });

  test('a lock that does not come: rolled back, told who has it, tried again', async () => {
    await tenants();
    await up();
    await write(
      'tenants/20260101000000002_alter',
      '-- Up Migration\nALTER TABLE tenants.tenants ADD COLUMN x int;',
    );
    await live(async ({ sql }) => {
      // On a busy machine it takes its time to find out who has the lock.
      const held = options({ lockTimeout: 2_000 });
      const files = await source();
      let run: Promise<unknown> = Promise.resolve();
      await sql.begin(async (transaction) => {
        await transaction`LOCK TABLE tenants.tenants IN ACCESS SHARE MODE`;
        run = migrate([site()], files, undefined, held);
        run.catch(() => {});
        while (!held.told.some((line) => line.startsWith('retry'))) await delay(50);
      });
      await run;
      expect(held.told[0]).toMatch(
        /^blocked by pid \d+ \(postgres, somebody, idle in transaction, in a transaction since/,
      );
      expect(held.told.at(-1)).toBe('up tenants@20260101000000002');
    });
  });

  test('a lock that never comes ends with who has it', async () => {
    await tenants();
    await up();
    await write(
      'tenants/20260101000000002_alter',
      '-- Up Migration\nALTER TABLE tenants.tenants ADD COLUMN x int;',
    );
    await live(async ({ sql }) => {
      await sql.begin(async (transaction) => {
        await transaction`LOCK TABLE tenants.tenants`;
        const error = await failure(up({ attempts: 1 }));
        expect(error.problems[0]!.message).toMatch(
          /canceling statement due to lock timeout \(55P03\)\. It waited for pid \d+ \(postgres, somebody/,
        );
        expect(error.problems[0]!.help).toMatch(
          /^Run dbctl migrate again when the blocking session has ended/,
        );
      });
    });
  });

  test('stopped by the person: the statement ends at once, nothing stands, the next run goes on', async () => {
    await write(
      'tenants/20260101000000000_slow',
      '-- Up Migration\nCREATE TABLE a (a int);\nSELECT pg_sleep(30);',
    );
    const stop = new AbortController();
    const run = up({ signal: stop.signal });
    run.catch(() => {});
    await running('SELECT pg_sleep(30)');
    const began = performance.now();
    stop.abort('SIGINT');
    const error = await failure(run);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(error.problems[0]!.message).toBe(
      'stopped in tenants/20260101000000000_slow. Nothing of tenants/20260101000000000_slow is applied.',
    );
    expect(await relations()).toEqual([]);
    const [locks] = await live(
      ({ sql }) => sql`SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory'`,
    );
    expect(locks).toEqual({ n: 0 });
  });

  test('stopped while it waits for another run', async () => {
    await write('tenants/20260101000000000_slow', '-- Up Migration\nSELECT pg_sleep(1.5);');
    const first = up();
    await delay(300);
    const stop = new AbortController();
    setTimeout(() => stop.abort('SIGINT'), 300);
    const began = performance.now();
    await expect(up({ signal: stop.signal })).rejects.toBeDefined();
    expect(performance.now() - began).toBeLessThan(1_000);
    await first;
  });

  test('a connection that dies: nothing stands, the next run goes on', async () => {
    await write(
      'tenants/20260101000000000_slow',
      '-- Up Migration\nCREATE TABLE tenants.a (a int);\nSELECT pg_sleep(3);',
    );
    const run = up();
    run.catch(() => {});
    await running('SELECT pg_sleep(3)');
    await live(
      ({ sql }) =>
        sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dbctl migrate' AND datname = current_database()`,
    );
    const error = await failure(run);
    expect(error.status).toBe(3);
    expect(error.problems[0]!.message).toMatch(/Nothing of tenants\/20260101000000000_slow is applied/);
    expect(await relations()).toEqual([]);
    expect((await up()).done).toHaveLength(1);
  });

  test('a run that is killed: the server rolls back, the next run goes on', async () => {
    await write(
      'tenants/20260101000000000_slow',
      '-- Up Migration\nCREATE TABLE tenants.a (a int);\nSELECT pg_sleep(20);',
    );
    const child = await spawnRun(site(), folder);
    await running('SELECT pg_sleep(20)');
    child.kill('SIGKILL');
    const killed = performance.now();
    await write('tenants/20260101000000000_slow', '-- Up Migration\nCREATE TABLE tenants.a (a int);');
    const next = options();
    expect((await migrate([site()], await source(), undefined, next)).done).toHaveLength(1);
    // The server notices within a second that nobody is there any more; until then its lock is waited for.
    expect(performance.now() - killed).toBeLessThan(10_000);
    expect(next.told[0]).toMatch(/^waiting for pid \d+/);
    expect(await relations()).toEqual(['tenants.a', 'tenants.dbctl_migrations']);
  });

  test('domains that share a schema have a history each; the last one out takes the schema along', async () => {
    const histories = ['tenants', 'auth'].map((domain) => ({
      domain,
      schema: 'app',
      table: `${domain}_dbctl_migrations`,
    }));
    for (const domain of ['tenants', 'auth'])
      await write(
        `${domain}/20260101000000000_init`,
        `-- Up Migration\nCREATE TABLE ${domain}_a (a int);\n-- Down Migration\nDROP TABLE ${domain}_a;`,
      );
    const shared: Site = { database: 'main', address, histories, others: [] };
    await migrate([shared], await source(), undefined, options());
    expect(await relations()).toEqual([
      'app.auth_a',
      'app.auth_dbctl_migrations',
      'app.tenants_a',
      'app.tenants_dbctl_migrations',
    ]);
    await rollback([shared], await source(), { steps: 1 }, options());
    expect(await relations()).toEqual(['app.tenants_a', 'app.tenants_dbctl_migrations']);
    await rollback([shared], await source(), { to: '0' }, options());
    expect(await relations()).toEqual([]);
  });

  test('what is not ours in a schema stays, and the schema with it', async () => {
    await tenants();
    await up();
    await live(({ sql }) => sql`CREATE TABLE tenants.mine (a int)`);
    await down(1);
    expect(await relations()).toEqual(['tenants.mine']);
  });

  test('--to stops after a version, and takes back to one', async () => {
    await tenants();
    await auth();
    await write('shop/20260101000000002_last', '-- Up Migration\nSELECT 1;\n-- Down Migration\n');
    const files = await source();
    const { remaining } = await migrate([site()], files, '20260101000000001', options());
    expect(remaining.map(({ domain }) => domain)).toEqual(['shop']);
    await up();
    const back = await rollback([site()], files, { to: '20260101000000000' }, options());
    expect(back.done.map(({ domain }) => domain)).toEqual(['shop', 'auth']);
    for (const version of ['20260101000000009', '20250101000000000']) {
      await expect(migrate([site()], files, version, options())).rejects.toThrow(
        /no migration has this version/,
      );
      await expect(rollback([site()], files, { to: version }, options())).rejects.toThrow(
        /no migration has this/,
      );
    }
  });

  describe('consent', () => {
    test('is asked for where rows would be lost, and only there', async () => {
      await tenants();
      await auth();
      await up();
      await live(({ sql }) => sql`INSERT INTO tenants.tenants VALUES (1)`);
      await expect(down(2)).rejects.toThrow('asked: tenants.tenants');
      expect(await relations()).toContain('auth.users');
      const asked: string[] = [];
      await down(2, { consent: async (losses) => void asked.push(...losses.map(({ detail }) => detail)) });
      expect(asked).toEqual(['drops the table and its rows']);
      expect(await relations()).toEqual([]);
    });
    test('for what the header declares, too', async () => {
      await tenants();
      await write(
        'tenants/20260101000000002_type',
        '-- Up Migration\nALTER TABLE tenants.tenants ALTER slug TYPE text;\n-- Down Migration\n-- statements:\n--   1. ACCESS EXCLUSIVE on tenants.tenants\n--      hazard data-loss tenants.tenants.slug: cuts values at 3\nALTER TABLE tenants.tenants ALTER slug TYPE varchar(3);',
      );
      await up();
      expect((await down(1)).done).toHaveLength(1);
      await up();
      await live(({ sql }) => sql`INSERT INTO tenants.tenants VALUES (1, 'abc')`);
      await expect(down(1)).rejects.toThrow('asked: tenants.tenants.slug');
    });
    test('on the way up as well: a table that goes with its rows', async () => {
      await tenants();
      await up();
      await write(
        'tenants/20260101000000002_drop',
        '-- Up Migration\nDROP TABLE tenants.tenants, tenants.nowhere;',
      );
      await live(({ sql }) => sql`INSERT INTO tenants.tenants VALUES (1)`);
      await expect(up()).rejects.toThrow(/^asked: tenants\.tenants$/);
    });
  });

  test('nothing that a migration sets reaches the next, nor the history', async () => {
    await admin.sql.unsafe(
      `DO $$ BEGIN CREATE ROLE migrate_test_role; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
    );
    await write(
      'tenants/20260101000000000_sets',
      `-- Up Migration\nSET search_path = nowhere;\nSET TimeZone = 'Europe/Berlin';\nSET lock_timeout = 1;\nSET work_mem = '77MB';\nSET ROLE migrate_test_role;`,
    );
    await write(
      'shop/20260101000000001_reads',
      `-- Up Migration
CREATE TABLE settings AS SELECT current_setting('search_path') AS path, current_setting('TimeZone') AS zone, current_setting('lock_timeout') AS lock, current_setting('work_mem') AS memory, current_user::text AS "user";`,
    );
    await up();
    expect(await live(({ sql }) => sql`SELECT * FROM shop.settings`)).toEqual([
      { path: 'shop, public', zone: 'UTC', lock: '400ms', memory: '4MB', user: 'postgres' },
    ]);
  });

  test('the history of plain node-pg-migrate is taken over', async () => {
    await tenants();
    await write('tenants/20260101000000002_next', '-- Up Migration\nSELECT 1;');
    await live(({ sql }) =>
      sql
        .unsafe(
          `CREATE SCHEMA tenants; CREATE TABLE tenants.dbctl_migrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL);
           INSERT INTO tenants.dbctl_migrations (name, run_on) VALUES ('20260101000000000_init', now())`,
        )
        .simple(),
    );
    expect((await up()).done.map(({ name }) => name)).toEqual(['next']);
    expect(
      await live(
        ({ sql }) =>
          sql`SELECT version, checksum IS NULL AS unguarded FROM tenants.dbctl_migrations ORDER BY id`,
      ),
    ).toEqual([
      { version: null, unguarded: true },
      { version: '20260101000000002', unguarded: false },
    ]);
  });
});

/** A run in a process of its own: the code under test, bundled. */
async function spawnRun(site: Site, folder: string): Promise<ChildProcess> {
  const root = resolve(import.meta.dirname, '../..');
  const outfile = join(root, `node_modules/.migrate-test-${process.pid}-${site.address.database}.mjs`);
  await build({
    stdin: {
      resolveDir: root,
      contents: `import { migrate } from './src/db/migrate/migrate.ts';
import { readMigrations } from './src/files/migrations/read.ts';
const { site, folder, domains } = JSON.parse(process.argv[2]);
const nothing = () => {};
await migrate([site], { files: await readMigrations(folder, domains), domains }, undefined, {
  signal: new AbortController().signal, dbctlVersion: '0', elapsed: () => performance.now(), consent: nothing,
  progress: { waiting: nothing, blocked: nothing, retrying: nothing, done: nothing } });`,
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
  onTestFinished(() => rm(outfile));
  return spawn(process.execPath, [outfile, JSON.stringify({ site, folder, domains })], { stdio: 'inherit' });
}

describe('the folder of migrations: all that is wrong with it, at once', () => {
  test('names, versions, folders, sections, statements', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dbctl-files-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const good = '-- Up Migration\nSELECT 1;\n';
    const files: Record<string, string> = {
      "auth/20260101000000000_it's.sql": good,
      'auth/20269901000000000_no_time.sql': good,
      'auth/init.sql': good,
      'auth/20260101000000001_a.sql': good,
      'auth/20260101000000001_b.sql': good,
      'auth/20260101000000002_c.sql': 'SELECT 1;\n',
      'auth/20260101000000003_d.sql':
        '-- dbctl migration: domain tenants\n-- Up Migration\nSELECT 1;\nSELECT é fro\n  x y;\n',
      'auth/20260101000000004_e.sql':
        '-- Up Migration\nSELECT 1; COMMIT;\n-- Down Migration\nSAVEPOINT a; ROLLBACK TO a;',
      'auth/README.md': 'not a migration',
      'tenant/20260101000000000_a.sql': good,
      'lost.sql': good,
    };
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(folder, name, '..'), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    const error = await readMigrations(folder, domains).then(
      () => undefined,
      (thrown: unknown) => thrown as KnownError,
    );
    expect(error!.status).toBe(2);
    const told = error!.problems.map(
      ({ message, location }) =>
        `${location!.file.slice(folder.length + 1)}:${location!.line}:${location!.column} ${message}`,
    );
    expect(told).toEqual([
      "auth/20260101000000000_it's.sql:1:1 the name of a migration has characters that node-pg-migrate or a shell would stumble over",
      expect.stringMatching(
        /^auth\/20260101000000001_b.sql:1:1 version 20260101000000001 stands twice in domain auth/,
      ),
      'auth/20260101000000002_c.sql:1:1 the file has no Up section',
      'auth/20260101000000003_d.sql:1:1 the header says domain tenants, the folder says auth',
      'auth/20260101000000003_d.sql:5:3 syntax error at or near "x"',
      'auth/20260101000000004_e.sql:2:11 COMMIT in a migration that runs in a transaction',
      'auth/20269901000000000_no_time.sql:1:1 20269901000000000 is no version: not a time in UTC of 17 (or 14) digits',
      'auth/init.sql:1:1 the name of a migration begins with its version',
      'lost.sql:1:1 a migration that lies in no domain',
      expect.stringMatching(/^tenant\/20260101000000000_a.sql:1:1 migrations of tenant, which is no domain/),
    ]);
    expect(error!.problems.every(({ help }) => help !== undefined)).toBe(true);
  });
});
