/** Directories for Unix sockets: private, and short enough for the kernel. */
import { lstat, mkdtemp, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from './tree.ts';
import type { ServerUser } from './user.ts';

/** The longest path of a Unix socket that every system takes, less its terminating zero (macOS: 104 bytes, Linux: 108). */
const socketPathLimit = 103;
/** Not the temporary directory of the environment, which may be the long one. */
const shortPrefix = '/tmp/dbctl-';

/**
 * Makes a directory for Unix sockets, mode 0700 and the server's own. Where its path is too long for a
 * socket, `wanted` becomes a link to a short one.
 * @returns the directory to name to the server
 */
export async function socketDirectory(wanted: string, user: ServerUser): Promise<string> {
  if (Buffer.byteLength(join(wanted, '.s.PGSQL.65535')) <= socketPathLimit) {
    await makeDirectory(wanted, 0o700, user);
    return wanted;
  }
  const linked = await readlink(wanted).catch(() => undefined);
  if (linked !== undefined) {
    const found = await lstat(linked).catch(() => undefined);
    const uid = user.other?.uid ?? process.getuid?.();
    if (found?.isDirectory() && found.uid === uid && (found.mode & 0o777) === 0o700) return linked;
    await rm(wanted, { force: true });
  }
  const short = await mkdtemp(shortPrefix);
  await makeDirectory(short, 0o700, user);
  await symlink(short, wanted);
  return short;
}

/** Whether a directory is one that `socketDirectory` made for want of room. */
export function isShortSocketDirectory(path: string): boolean {
  return path.startsWith(shortPrefix);
}

/** Removes a socket directory, and the short one behind it. */
export async function removeSocketDirectory(wanted: string): Promise<void> {
  const linked = await readlink(wanted).catch(() => undefined);
  if (linked !== undefined && isShortSocketDirectory(linked))
    await rm(linked, { recursive: true, force: true });
  await rm(wanted, { recursive: true, force: true });
}
