/** Directories of ours: made private, copied, put in place at one stroke. */
import {
  chmodSync,
  chownSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { access, chmod, chown, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ServerUser } from './user.ts';

/** Makes a directory (and its parents) with exactly this mode, whatever the umask, and gives it to the server's user where asked to. */
export async function makeDirectory(path: string, mode: number, owner?: ServerUser): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, mode);
  if (owner?.other !== undefined) await chown(path, owner.other.uid, owner.other.gid);
}

/** Whether a directory is there, ours alone to write, and no link that somebody put there for us to follow. Makes it if it is missing. */
export async function claimDirectory(path: string, mode: number): Promise<boolean> {
  try {
    await mkdir(path, { recursive: true });
    const found = await lstat(path);
    if (!found.isDirectory() || found.uid !== (process.getuid?.() ?? found.uid)) return false;
    await chmod(path, mode);
    await access(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What a copy's files look like: their owner, and their mode from the source's. */
export interface CopyAs {
  readonly owner?: ServerUser;
  readonly mode: (source: number, directory: boolean) => number;
}

/**
 * Copies a directory; on file systems that can, the blocks are shared with the source until written to.
 * Synchronous: a thousand small files take a tenth of a second so, and several times that through promises.
 */
export function copyTree(from: string, to: string, as: CopyAs): void {
  const other = as.owner?.other;
  let clones = true;
  const copyBytes = (source: string, target: string) => {
    if (clones)
      try {
        copyFileSync(source, target, constants.COPYFILE_FICLONE_FORCE);
        return;
      } catch {
        clones = false;
      }
    // Not the kernel's copy: that allocates at once, and the short-lived copy would be written to disk and discarded from it.
    writeFileSync(target, readFileSync(source), { mode: 0o600 });
  };
  const finish = (target: string, mode: number) => {
    chmodSync(target, mode);
    if (other !== undefined) chownSync(target, other.uid, other.gid);
  };
  const copyFolder = (from: string, to: string): void => {
    mkdirSync(to, { mode: 0o700 });
    for (const entry of readdirSync(from, { withFileTypes: true })) {
      const [source, target] = [join(from, entry.name), join(to, entry.name)];
      if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
      else if (entry.isDirectory()) copyFolder(source, target);
      else {
        copyBytes(source, target);
        finish(target, as.mode(lstatSync(source).mode & 0o777, false));
      }
    }
    finish(to, as.mode(lstatSync(from).mode & 0o777, true));
  };
  copyFolder(from, to);
}

/**
 * Renames a finished directory to the name under which others look for it. Of two processes at once the
 * first wins, and the second throws its own away: both then use the same.
 */
export async function putInPlace(finished: string, place: string): Promise<void> {
  try {
    await mkdir(dirname(place), { recursive: true });
    await rename(finished, place);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error;
    if (!(await exists(place))) throw error;
    await rm(finished, { recursive: true, force: true });
  }
}

/** Whether a path leads to something. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
