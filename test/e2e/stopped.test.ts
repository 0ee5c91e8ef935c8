/** What a command says and leaves when it is stopped, or its connection is lost, in the middle. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { type Workplace, openWorkplace } from '../support/program.ts';
import { serverHere } from '../support/servers.ts';

const program = fileURLToPath(new URL('../../bin/dbctl.js', import.meta.url));

const manifest = `version: 1
name: stopped
domains:
  a: { owner: a_owner, sql: a.sql }
roles:
  a_owner: {}
`;

let place: Workplace;
beforeEach(async () => {
  place = await openWorkplace();
});
afterEach(() => place.remove());

/** Runs dbctl and calls `meanwhile` with what it says as it says it. */
function started(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [program, '-C', place.folder, ...args], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<{ status: number | null; said: string }>((done) => {
    child.on('close', (status) => done({ status, said }));
  });
  return { child, ended, hasSaid: (text: string) => said.includes(text) };
}

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

describe('Ctrl-C', () => {
  it('while the shadow works: it ends at once, with 130 and one word', { timeout: 120_000 }, async () => {
    await place.write({
      'dbctl.yaml': manifest,
      'a.sql': `create table t (a int);
        create materialized view m as select 1 as one from pg_sleep(90);
        create table u (a int);`,
    });
    const { child, ended, hasSaid } = started(['generate', 'first', '--verbose']);
    while (!hasSaid('ready in')) await pause(20);
    await pause(1500);
    const began = performance.now();
    child.kill('SIGINT');
    const { status, said } = await ended;
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(status).toBe(130);
    expect(said).toMatch(/Stopped\.\n$/);
  });
});

describe('Ctrl-C while the server waits for somebody else', () => {
  const server = serverHere(18);

  it.each([
    {
      what: 'drift --fix',
      // It comes before the privilege, and is not kept without it.
      done: `alter role a_owner createdb; grant select on a.t to guest`,
      args: ['drift', '--fix'],
      says: 'nothing was repaired in',
      stands: `select rolcreatedb from pg_roles where rolname = 'a_owner'`,
    },
    {
      what: 'roles remove',
      done: `create table public.own (id int); alter table public.own owner to guest; grant select on a.t to guest`,
      args: ['roles', 'remove', 'guest', '--reassign-to', 'a_owner', '--allow-destructive'],
      says: 'role guest is not removed',
      stands: `select pg_get_userbyid(relowner) = 'guest' from pg_class where oid = 'public.own'::regclass`,
    },
  ])('$what is undone whole', { timeout: 120_000 }, async ({ done, args, says, stands }) => {
    await place.write({ 'dbctl.yaml': manifest, 'a.sql': 'create table t (id int);' });
    const address = await server().createDatabase();
    const env = { DATABASE_URL: server().url(address.database) };
    const [holder, watcher] = [await connect(address), await connect(address)];
    try {
      await watcher.sql.unsafe('create role guest');
      for (const words of [['generate', 'first'], ['migrate']])
        expect((await started(words, env).ended).status).toBe(0);
      await watcher.sql.unsafe(done);
      let command: ReturnType<typeof started>;
      await holder.sql
        .begin(async (sql) => {
          await sql`grant insert on a.t to public`;
          command = started(args, env);
          const waiting = () => watcher.sql`
          select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
          while ((await waiting()).length === 0) await pause(20);
          command.child.kill('SIGINT');
          await pause(300);
          throw new Error('let go');
        })
        .catch(() => {});
      const { status, said } = await command!.ended;
      expect(status, said).toBe(130);
      expect(said).toContain(says);
      expect(Object.values((await watcher.sql.unsafe(stands))[0]!)).toEqual([true]);
    } finally {
      await watcher.sql.unsafe(
        'drop owned by guest cascade; drop role guest; drop owned by a_owner cascade; drop role a_owner',
      );
      await Promise.all([holder.close(), watcher.close()]);
    }
  });
});

describe('a connection that is lost', () => {
  const server = serverHere(18);

  it('is told as such, with 3', { timeout: 120_000 }, async () => {
    await place.write({ 'dbctl.yaml': manifest, 'a.sql': '' });
    const address = await server().createDatabase();
    // In a transaction the list of sessions stays as it was first seen.
    const [holder, watcher] = [await connect(address), await connect(address)];
    try {
      await holder.sql.begin(async (sql) => {
        // The introspection waits here.
        await sql`lock table pg_catalog.pg_event_trigger in access exclusive mode`;
        const { ended } = started(['lint', '--live'], { DATABASE_URL: server().url(address.database) });
        const waiting = () => watcher.sql<{ pid: number }[]>`
          select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        let [found] = await waiting();
        for (; found === undefined; [found] = await waiting()) await pause(20);
        await watcher.sql`select pg_terminate_backend(${found.pid})`;
        const { status, said } = await ended;
        expect(status).toBe(3);
        expect(said).toMatch(/^error: the connection to PostgreSQL was lost(: terminating connection.*)?$/m);
        expect(said).not.toContain('bug');
      });
    } finally {
      await Promise.all([holder.close(), watcher.close()]);
    }
  });
});
