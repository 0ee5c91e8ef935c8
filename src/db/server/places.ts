/** Where files of ours lie that belong to no project, or that cannot lie in one. */
import { statfs } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { operationalError } from '../../core/model/problem.ts';
import { claimDirectory } from './tree.ts';
import { mayEnter, type ServerUser } from './user.ts';

/**
 * @param what `cache`: may be deleted at any time (binaries, templates, throw-away clusters);
 *   `state`: may not (data directories that cannot lie in their project)
 * @returns a directory that we own, that nobody else can write to, and that the server's user may enter
 * @throws KnownError (3) when no such directory can be made
 */
export async function ownPlace(what: 'cache' | 'state', user: ServerUser): Promise<string> {
  const candidates =
    user.other === undefined
      ? [...homePlace(what), join(tmpdir(), `dbctl-${process.getuid?.() ?? 'user'}`)]
      : ['/var/lib/dbctl', '/var/tmp/dbctl'];
  for (const candidate of candidates)
    if (
      (await claimDirectory(candidate, user.other === undefined ? 0o700 : 0o755)) &&
      (await mayEnter(candidate, user))
    )
      return candidate;
  throw operationalError({
    message: `none of these folders can be made and owned by us: ${candidates.join(', ')}`,
    help: 'Make one of them writable for the user that runs dbctl.',
  });
}

/** Linux's file system in memory, its type as statfs(2) gives it, and what must be free there: a container often has 64 MiB, which one shadow fills. */
const memory = { folder: '/dev/shm', type: 0x01_02_19_94, free: 2 * 1024 ** 3 };

/**
 * @returns a place like `ownPlace`'s in memory, where files that end with their process are made and removed ten times
 * as fast; undefined where the system has none, or too little of it.
 */
export async function memoryPlace(user: ServerUser): Promise<string | undefined> {
  const found = await statfs(memory.folder).catch(() => undefined);
  if (found === undefined || found.type !== memory.type || found.bavail * found.bsize < memory.free)
    return undefined;
  const place = join(memory.folder, `dbctl-${process.getuid?.() ?? 'user'}`);
  const claimed = await claimDirectory(place, user.other === undefined ? 0o700 : 0o755);
  return claimed && (await mayEnter(place, user)) ? place : undefined;
}

function homePlace(what: 'cache' | 'state'): string[] {
  try {
    return [join(homedir(), ...(what === 'cache' ? ['.cache'] : ['.local', 'state']), 'dbctl')];
  } catch {
    return []; // A user that /etc/passwd does not know has no home.
  }
}
