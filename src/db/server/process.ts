/** Running the server's programs, and telling whether a process is the one that we mean. */
import { spawn, type SpawnOptions } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ServerUser } from './user.ts';

/** Options under which a program of the server runs: its user, and nothing of our environment, which may hold secrets. */
export function spawnOptions({ other }: ServerUser): SpawnOptions {
  if (process.platform === 'win32') return { windowsHide: true };
  return {
    cwd: '/',
    env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    ...(other === undefined ? {} : { uid: other.uid, gid: other.gid }),
  };
}

/** Runs a program to its end. @returns its exit code and all that it printed. */
export async function runProgram(
  program: string,
  options: readonly string[],
  user: ServerUser,
): Promise<{ code: number; output: string }> {
  const child = spawn(program, options, { ...spawnOptions(user), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout?.on('data', (data) => (output += String(data)));
  child.stderr?.on('data', (data) => (output += String(data)));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: -1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}

/** Whether a process lives, be it ours or another user's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process started, in the kernel's ticks since boot: with its number, its identity. '0' where the system does not tell. */
export async function startedAt(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name of the program stands in parentheses and may hold spaces; the start is the 20th field after it.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
}

/**
 * Whether a live process is the postmaster of a data directory. A pid file may name a number that an
 * unrelated process has got since, after a crash or in a restarted container.
 */
export async function isPostmasterOf(pid: number, data: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return true;
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (folder !== undefined) return folder === data;
  // Root in a container may not look into other users' processes, but may read their command lines.
  const [program] = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  return program !== undefined && basename(program) === 'postgres';
}

/** Waits, in milliseconds. */
export async function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
