/** Who runs the server: ourselves, or another user of this machine where we are root, which PostgreSQL refuses. */
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { operationalError } from '../../core/model/problem.ts';

export interface ServerUser {
  /** Set where the server's user is not the one that runs us. */
  readonly other?: { readonly name: string; readonly uid: number; readonly gid: number };
}

/** The users that may run the server in root's stead, the best first. */
const standIns = ['postgres', 'nobody'];

/** @returns the user to run the server as. @throws KnownError (3) as root on a machine without a user for it. */
export async function serverUser(): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return {};
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n');
  for (const name of standIns) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined)
      return { other: { name, uid: Number(uid), gid: Number(gid) } };
  }
  throw operationalError({
    message: `PostgreSQL refuses to run as root, and this machine has no user ${standIns.join(' or ')} to run it as`,
    help: 'Run dbctl as an ordinary user, or add a user `postgres`.',
  });
}

/** Whether the server's user may enter a directory: it needs the x bit on every folder of the path. */
export async function mayEnter(directory: string, { other }: ServerUser): Promise<boolean> {
  if (other === undefined) return true;
  for (let folder = directory; ; folder = dirname(folder)) {
    if (!(await permits(folder, other, 0o1))) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** Whether the server's user may read a file (and run it, with `execute`), its folders aside. */
export async function mayRead(file: string, { other }: ServerUser, execute = false): Promise<boolean> {
  return other === undefined || permits(file, other, execute ? 0o5 : 0o4);
}

async function permits(path: string, user: { uid: number; gid: number }, bits: number): Promise<boolean> {
  const { uid, gid, mode } = await stat(path);
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}
