/** The embedded PostgreSQL and the shadow, in processes of their own that end in every way. */
import { spawn } from 'node:child_process';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connect, parseAddress, type Address } from '../../src/db/connect.ts';
import {
  install,
  postmastersIn,
  run,
  type Installation,
  type RunOptions,
  type Started,
} from '../support/installation.ts';

const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65534, gid: 65534 };

let installation: Installation;
let scratch: string;
beforeAll(async () => {
  installation = await install();
  scratch = await mkdtemp('/tmp/dbctl-projects-');
  await chmod(scratch, 0o755);
});
afterAll(async () => {
  const left = await postmastersIn(scratch);
  await rm(scratch, { recursive: true, force: true });
  await installation.remove();
  if (left.length > 0) throw new Error(`servers were left behind: ${left.join(', ')}`);
});

const project = async (name: string): Promise<string> => {
  const folder = join(scratch, name);
  await mkdir(folder, { recursive: true });
  return folder;
};
const begun: Started[] = [];
const dbctl = (args: string, options: RunOptions): Started => {
  const started = run(installation.program, args.split(' '), options);
  begun.push(started);
  return started;
};
afterEach(async () => {
  // What a failed test has left: ended here, so that the next one starts from nothing.
  for (const { child, ended } of begun.splice(0)) {
    child.stdin?.end();
    await ended;
  }
});
/** Runs a `dev` command to its end. @returns its JSON document. */
const dev = async (args: string, options: RunOptions): Promise<Record<string, unknown>> => {
  const { status, out, err } = await dbctl(`dev ${args}`, options).ended;
  expect({ status, err }).toMatchObject({ status: 0 });
  return JSON.parse(out) as Record<string, unknown>;
};
const query = async (address: Address, sql: string): Promise<unknown[]> => {
  const connection = await connect(address);
  try {
    return await connection.sql.unsafe(sql);
  } finally {
    await connection.close();
  }
};
/** What must hold for every user, in one project of theirs. */
function life(options: () => RunOptions & { readonly data: string }): void {
  test('dev start leaves it running, dev stop leaves nothing', async () => {
    const { data, ...at } = options();
    const before = await dev('status', at);
    expect(before).toMatchObject({ version: 1, command: 'dev status', running: false, kept: false });
    expect((await dbctl('dev url', at).ended).status).toBe(3);
    const started = await dev('start', at);
    expect(started).toMatchObject({ running: true, kept: true });
    expect(await dev('start', at)).toMatchObject({ pid: started['pid'] });
    const { url } = await dev('url', at);
    const address = parseAddress(url as string);
    expect(address).toMatchObject({ host: '127.0.0.1', database: 'main' });
    expect(await query(address, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    // Another command uses it, and leaves it as it was.
    const other = dbctl('hold', at);
    await other.ready;
    other.child.stdin?.end();
    expect((await other.ended).status).toBe(0);
    expect(await postmastersIn(data)).toEqual([started['pid']]);
    expect(await dev('stop', at)).toMatchObject({ running: false, kept: false });
    expect(await postmastersIn(data)).toEqual([]);
  });

  test.each(['end', 'SIGINT', 'SIGTERM'] as const)(
    'it stops with the command that started it: %s',
    async (how) => {
      const { data, ...at } = options();
      const command = dbctl('hold', at);
      await command.ready;
      expect(await postmastersIn(data)).toHaveLength(1);
      if (how === 'end') command.child.stdin?.end();
      else process.kill(-command.child.pid!, how); // As a terminal does: the whole group.
      expect((await command.ended).status).toBe(0);
      expect(await postmastersIn(data)).toEqual([]);
    },
  );

  test('after kill -9 the next command finds the server, and stops it', async () => {
    const { data, ...at } = options();
    const killed = dbctl('hold', at);
    const { address } = await killed.ready;
    await query(address, 'create table kept as select 42 as answer');
    const before = await postmastersIn(data);
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(await postmastersIn(data)).toEqual(before);
    const next = dbctl('hold', at);
    await next.ready;
    expect(await postmastersIn(data)).toEqual(before);
    expect(await query(address, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await query(address, 'drop table kept');
    next.child.stdin?.end();
    await next.ended;
    expect(await postmastersIn(data)).toEqual([]);
  });
}

describe('as this user', () => {
  life(() => ({ cwd: join(scratch, 'own'), data: join(scratch, 'own') }));
  beforeAll(() => project('own'));

  test('after kill -9 of the server too, nothing that was committed is lost', async () => {
    const at = { cwd: join(scratch, 'own') };
    const first = dbctl('hold', at);
    const { address } = await first.ready;
    await query(address, 'create table committed as select 42 as answer');
    for (const pid of await postmastersIn(at.cwd)) process.kill(pid, 'SIGKILL');
    first.child.kill('SIGKILL');
    await first.ended;
    const second = dbctl('hold', at);
    const again = await second.ready;
    expect(await query(again.address, 'select answer from committed')).toEqual([{ answer: 42 }]);
    second.child.stdin?.end();
    expect((await second.ended).status).toBe(0);
    expect(await postmastersIn(at.cwd)).toEqual([]);
  });

  test('a pid file that names a process of somebody else keeps nobody out', async () => {
    const at = { cwd: join(scratch, 'own') };
    await dev('start', at);
    await dev('stop', at);
    const data = await realpath(join(at.cwd, '.dbctl', 'data'));
    const { uid, gid } = await stat(data);
    // PostgreSQL itself takes any live process of its own user for the postmaster.
    const stranger = spawn('sleep', ['60'], { uid, gid, stdio: 'ignore' });
    try {
      await writeFile(join(data, 'postmaster.pid'), `${stranger.pid}\n${data}\n1\n5432\n\n\n\nready   \n`);
      await chown(join(data, 'postmaster.pid'), uid, gid);
      expect(await dev('status', at)).toMatchObject({ running: false });
      const command = dbctl('hold', at);
      await command.ready;
      command.child.stdin?.end();
      expect((await command.ended).status).toBe(0);
      expect(stranger.exitCode ?? stranger.signalCode).toBe(null);
    } finally {
      stranger.kill();
    }
  });

  test('nobody gets in without the password, or through the socket as another user', async () => {
    const at = { cwd: join(scratch, 'own') };
    const before = dbctl('hold', at);
    const { url: urlBefore } = await before.ready;
    before.child.stdin?.end();
    await before.ended;
    const command = dbctl('hold', at);
    const { address, url } = await command.ready;
    expect(url).toBe(urlBefore); // A GUI's saved connection goes on working.
    for (const door of [address, parseAddress(url)]) {
      await expect(query({ ...door, password: 'wrong' }, 'select')).rejects.toThrow(
        /password authentication failed/,
      );
      expect(await query(door, 'select current_user as me')).toEqual([{ me: 'postgres' }]);
    }
    const methods = await query(address, 'select distinct auth_method as method from pg_hba_file_rules');
    expect(methods).toEqual([{ method: 'scram-sha-256' }]);
    expect((await stat(address.host)).mode & 0o777).toBe(0o700);
    const data = await realpath(join(at.cwd, '.dbctl', 'data'));
    expect((await stat(join(data, 'dbctl.password'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(at.cwd, '.dbctl', '.gitignore'), 'utf8')).toBe('*\n');
    const lines = await Promise.all(
      (await readdir('/proc')).map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
    );
    expect(lines.filter((line) => line.includes(address.password!))).toEqual([]);
    command.child.stdin?.end();
    await command.ended;
    expect(await readFile(join(at.cwd, '.dbctl', 'postgres.log'), 'utf8')).not.toContain(address.password!);
  });

  test('several at once, from nothing, have one server, and the last stops it', async () => {
    const at = { cwd: await project('several') };
    const commands = Array.from({ length: 3 }, () => dbctl('hold', at));
    const said = await Promise.all(commands.map(({ ready }) => ready));
    expect(new Set(said.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(await postmastersIn(at.cwd)).toHaveLength(1);
    for (const [n, { child, ended }] of commands.entries()) {
      expect(await query(said[n]!.address, 'select 1 as one')).toEqual([{ one: 1 }]);
      child.stdin?.end();
      expect(await ended).toMatchObject({ status: 0 });
    }
    expect(await postmastersIn(at.cwd)).toEqual([]);
  });

  test.each([1, 2, 3])(
    'one that begins while others end waits for the end, or finds the server in use (%i)',
    async () => {
      const at = { cwd: await project('several') };
      const commands = [dbctl('hold', at), dbctl('hold', at)];
      await Promise.all(commands.map(({ ready }) => ready));
      const late = dbctl('hold', at);
      await pause(100 + Math.random() * 150);
      for (const { child } of commands) child.stdin?.end();
      const { address } = await late.ready;
      expect(await query(address, 'select 1 as one')).toEqual([{ one: 1 }]);
      late.child.stdin?.end();
      for (const { ended } of [...commands, late]) expect(await ended).toMatchObject({ status: 0 });
      expect(await postmastersIn(at.cwd)).toEqual([]);
    },
  );

  test('a path too long for a socket', async () => {
    const at = { cwd: await project('a-folder-with-quite-a-long-name/'.repeat(5)) };
    const command = dbctl('hold', at);
    const { address } = await command.ready;
    expect(await query(address, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect((await stat(address.host)).mode & 0o777).toBe(0o700);
    command.child.stdin?.end();
    await command.ended;
    await rm(address.host, { recursive: true });
  });
});

describe.runIf(isRoot)('as an ordinary user', () => {
  let at: RunOptions & { readonly data: string };
  beforeAll(async () => {
    const cwd = await project('ordinary');
    const home = await project('home');
    await chown(cwd, nobody.uid, nobody.gid);
    await chown(home, nobody.uid, nobody.gid);
    at = { cwd, user: { ...nobody, home }, data: cwd };
  });
  life(() => at);

  test('its shadow lies in a place of its own: in memory, or in its home', async () => {
    const command = dbctl('shadow', at);
    const { address } = await command.ready;
    const places = [at.user!.home, `/dev/shm/dbctl-${at.user!.uid}`];
    expect(
      places.some((place) => address.host.startsWith(place)),
      address.host,
    ).toBe(true);
    expect(await query(address, 'select current_database() as name')).toEqual([{ name: 'shadow' }]);
    command.child.stdin?.end();
    expect((await command.ended).status).toBe(0);
    expect(await postmastersIn(at.user!.home)).toEqual([]);
  });
});

describe.runIf(isRoot)('as root in a checkout that only root may enter', () => {
  test('the data lies elsewhere, behind .dbctl/data, and goes with the project', async () => {
    const closed = await project('closed');
    await chmod(closed, 0o700);
    const at = { cwd: await project('closed/checkout') };
    await chmod(installation.folder, 0o700);
    try {
      const command = dbctl('hold', at);
      const { address } = await command.ready;
      await query(address, 'create table here ()');
      command.child.stdin?.end();
      expect(await command.ended).toMatchObject({ status: 0 });
      expect((await lstat(join(at.cwd, '.dbctl', 'data'))).isSymbolicLink()).toBe(true);
      const data = await realpath(join(at.cwd, '.dbctl', 'data'));
      expect(data.startsWith(closed)).toBe(false);
      expect(await postmastersIn(data)).toEqual([]);
      const again = dbctl('dev start', at);
      expect(await again.ended).toMatchObject({ status: 0 });
      expect(await postmastersIn(data)).toHaveLength(1);
      // The checkout goes, its server still running: the next one of that kind tidies up.
      await rm(at.cwd, { recursive: true });
      const next = dbctl('hold', { cwd: await project('closed/other') });
      await next.ready;
      expect(await postmastersIn(data)).toEqual([]);
      await expect(stat(data)).rejects.toThrow(/ENOENT/);
      next.child.stdin?.end();
      await next.ended;
    } finally {
      await chmod(installation.folder, 0o755);
    }
  });
});

describe('the shadow', () => {
  test.each(['end', 'SIGINT', 'SIGTERM'] as const)('ends with its command: %s', async (how) => {
    const command = dbctl('shadow', { cwd: scratch });
    const { address } = await command.ready;
    const folder = join(address.host, '..');
    expect(await postmastersIn(folder)).toHaveLength(1);
    if (how === 'end') command.child.stdin?.end();
    else process.kill(-command.child.pid!, how);
    await command.ended;
    expect(await postmastersIn(folder)).toEqual([]);
    await expect(stat(folder)).rejects.toThrow(/ENOENT/);
  });

  test('ends with a process that does not close it', async () => {
    const command = dbctl('shadow crash', { cwd: scratch });
    const folder = join((await command.ready).address.host, '..');
    command.child.stdin?.end();
    expect((await command.ended).status).toBe(70);
    expect(await postmastersIn(folder)).toEqual([]);
    await expect(stat(folder)).rejects.toThrow(/ENOENT/);
  });

  test('is swept by the next one after kill -9', async () => {
    const killed = dbctl('shadow', { cwd: scratch });
    const folder = join((await killed.ready).address.host, '..');
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(await postmastersIn(folder)).toHaveLength(1);
    const next = dbctl('shadow', { cwd: scratch });
    const other = join((await next.ready).address.host, '..');
    expect(await postmastersIn(folder)).toEqual([]);
    await expect(stat(folder)).rejects.toThrow(/ENOENT/);
    // And one that is in use is left alone.
    const third = dbctl('shadow', { cwd: scratch });
    await third.ready;
    expect(await postmastersIn(other)).toHaveLength(1);
    for (const { child } of [next, third]) child.stdin?.end();
    for (const { ended } of [next, third]) expect(await ended).toMatchObject({ status: 0 });
  });
});
