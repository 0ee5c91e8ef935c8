/** Folders that end with their process. Their names tell whose they are, so that what a killed process left is found and swept. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readPostmaster, stopPostmaster } from './postmaster.ts';
import { isAlive, startedAt } from './process.ts';
import { isShortSocketDirectory, removeSocketDirectory } from './sockets.ts';
import { makeDirectory } from './tree.ts';

const parentOf = (place: string) => join(place, 'throw-away');

/** @returns a new, empty folder of this process under `place`, which the server's user may pass through but not list. */
export async function newThrowAwayFolder(place: string): Promise<string> {
  await makeDirectory(parentOf(place), 0o711);
  const folder = join(parentOf(place), await throwAwayName());
  await makeDirectory(folder, 0o711);
  return folder;
}

/** @returns a name that tells which process made the thing: its number, its start, and something random. */
export async function throwAwayName(): Promise<string> {
  return `${process.pid}-${await startedAt(process.pid)}-${randomBytes(4).toString('hex')}`;
}

/** Whether the process that made a thing of that name lives. */
export async function ownerLives(name: string): Promise<boolean> {
  const [pid, start] = name.split('-');
  const number = Number(pid);
  if (!Number.isInteger(number) || number <= 0 || !isAlive(number)) return false;
  const now = await startedAt(number);
  return now === start || now === '0';
}

/** Stops the servers and removes the folders that killed processes left under `place`. Never throws: it tidies up for others. */
export async function sweepThrowAway(place: string): Promise<void> {
  for (const name of await readdir(parentOf(place)).catch(() => []))
    if (!(await ownerLives(name))) await removeThrowAway(join(parentOf(place), name)).catch(() => {});
}

/** Stops the server in a throw-away folder, if there is one, at once, and removes the folder. */
export async function removeThrowAway(folder: string): Promise<void> {
  const data = join(folder, 'data');
  if ((await readPostmaster(data)) !== undefined) await stopPostmaster(data, 'immediate', 10_000);
  await removeSocketDirectory(join(folder, 'run'));
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/**
 * The same within the process's `exit` event, where nothing can be awaited: for a second Ctrl-C, and for
 * an error that nobody caught. What it cannot remove is swept at the next start.
 */
export function removeThrowAwayNow(folder: string): void {
  const pidFile = join(folder, 'data', 'postmaster.pid');
  const still = new Int32Array(new SharedArrayBuffer(4));
  try {
    process.kill(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), 'SIGQUIT');
    // A server that has ended removes its pid file; its process number stays ours until we are gone.
    for (let waited = 0; waited < 3_000 && existsSync(pidFile); waited += 10) Atomics.wait(still, 0, 0, 10);
  } catch {
    // No server, or none any more.
  }
  try {
    const short = readlinkSync(join(folder, 'run'));
    if (isShortSocketDirectory(short)) rmSync(short, { recursive: true, force: true });
  } catch {
    // The usual case: `run` is no link.
  }
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  } catch {
    // Swept later.
  }
}
