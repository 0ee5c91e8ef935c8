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
