/** One server process over one data directory: started, found, stopped. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { operationalError } from '../../core/model/problem.ts';
import { isAlive, isPostmasterOf, pause, spawnOptions } from './process.ts';
import type { ServerUser } from './user.ts';

/** What a running server says of itself in its pid file. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly status: string;
}

export interface Launch {
  /** The program `postgres`. */
  readonly program: string;
  readonly user: ServerUser;
  /** The data directory, links resolved. */
  readonly data: string;
  /** Undefined: no Unix socket (Windows). */
  readonly socketDirectory: string | undefined;
  readonly port: number;
  /** Whether it listens on 127.0.0.1. */
  readonly loopback: boolean;
  readonly logFile: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Settings of every server of ours. A statement in the log could hold a password, so failing ones are not logged. */
const commonSettings = {
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_error_statement: 'panic',
  cluster_name: 'dbctl',
};

/** @returns the server that runs on a data directory, ready or not; undefined when none does, whatever a stale pid file says. */
export async function readPostmaster(data: string): Promise<Postmaster | undefined> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !(await isPostmasterOf(pid, data))) return undefined;
  return { pid, port: Number(lines[3]), status: lines[7]?.trim() ?? 'starting' };
}

/** The server did not come up. `log` holds the last lines that it wrote. */
export class StartFailed extends Error {
  override name = 'StartFailed';
  readonly log: string;
  constructor(log: string) {
    super('the PostgreSQL server did not start');
    this.log = log;
  }
}

/**
 * Starts a server in a session of its own, where a terminal's Ctrl-C does not reach it, and waits until it
 * is ready. It outlives this process.
 * @throws StartFailed when it ends instead, and KnownError (3) when it is not ready within a minute.
 */
export async function startPostmaster(launch: Launch): Promise<Postmaster> {
  const { program, user, data, signal } = launch;
  await removeStalePidFile(data);
  signal?.throwIfAborted();
  const log = openSync(launch.logFile, 'a', 0o600);
  const child = spawn(program, serverOptions(launch), {
    ...spawnOptions(user),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  const ended = new Promise<true>((resolve) => {
    child.on('error', () => resolve(true));
    child.on('exit', () => resolve(true));
  });
  for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
    if (await Promise.race([ended, pause(10)])) throw new StartFailed(await logTail(launch.logFile));
    const found = await readPostmaster(data);
    if (found?.status === 'ready' && found.pid === child.pid) return found;
    if (signal?.aborted === true) {
      child.kill('SIGQUIT');
      signal.throwIfAborted();
    }
  }
  child.kill('SIGQUIT');
  throw operationalError({
    message: 'the embedded PostgreSQL was not ready after 60 s',
    help: `Read ${launch.logFile}.`,
  });
}

function serverOptions({ data, socketDirectory, port, loopback, settings }: Launch): string[] {
  const all: Record<string, string> = {
    ...commonSettings,
    listen_addresses: loopback ? '127.0.0.1' : '',
    unix_socket_directories: socketDirectory ?? '',
    unix_socket_permissions: '0700',
    port: String(port),
    ...settings,
  };
  return ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** PostgreSQL clears a pid file whose process is dead, but trusts one whose number an unrelated process of the same user has now. */
async function removeStalePidFile(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
  if (pid > 0 && isAlive(pid) && !(await isPostmasterOf(pid, data)))
    await unlink(file).catch(() => undefined);
}

async function logTail(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-10).join('\n');
}

/** Sends the server the signal for a fast shutdown (ends sessions, writes everything out) or an immediate one (as a crash). */
export async function signalPostmaster(pid: number, mode: 'fast' | 'immediate'): Promise<void> {
  try {
    process.kill(pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Stops the server of a data directory and waits until it has gone. @returns false when it is still there after `milliseconds`. */
export async function stopPostmaster(
  data: string,
  mode: 'fast' | 'immediate',
  milliseconds: number,
): Promise<boolean> {
  const found = await readPostmaster(data);
  if (found === undefined) return true;
  await signalPostmaster(found.pid, mode);
  const deadline = Date.now() + milliseconds;
  while (Date.now() < deadline) {
    // By identity, not by number alone: the next server on this data directory is not the one we stopped.
    if ((await readPostmaster(data))?.pid !== found.pid) return true;
    await pause(10);
  }
  return false;
}
