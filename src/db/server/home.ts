/**
 * Where a project's working database lies. `.dbctl/`, beside the manifest, is always where one looks; where
 * the server's user cannot reach it, or cannot own a folder in it, `.dbctl/data` is a link to a place of ours.
 */
import { createHash } from 'node:crypto';
import { lstat, readFile, readdir, readlink, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { operationalError } from '../../core/model/problem.ts';
import { ownPlace } from './places.ts';
import { stopPostmaster } from './postmaster.ts';
import { removeSocketDirectory } from './sockets.ts';
import { throwAwayName } from './throw-away-folder.ts';
import { exists, makeDirectory } from './tree.ts';
import { mayEnter, serverUser, type ServerUser } from './user.ts';

export interface Home {
  /** `.dbctl`, for people, the log, the port and the mark of `dev start`. */
  readonly folder: string;
  /** The folder that holds `data` and `run`: `.dbctl` itself or a place of ours. */
  readonly root: string;
  readonly data: string;
  readonly logFile: string;
  /** The port that it had last. */
  readonly portFile: string;
  /** There: the server goes on when the last dbctl has ended. */
  readonly keptFile: string;
  readonly user: ServerUser;
}

/** @returns the project's home, without making anything; undefined when it has no data directory yet. */
export async function findHome(projectDirectory: string): Promise<Home | undefined> {
  const folder = join(await realpath(projectDirectory), '.dbctl');
  const data = await realpath(join(folder, 'data')).catch(() => undefined);
  if (data === undefined || (await belongsToAnother(folder, data))) return undefined;
  return homeAt(folder, dirname(data), await serverUser());
}

/** @returns the project's home, with `.dbctl` made. Its data directory may still be missing. */
export async function openHome(projectDirectory: string): Promise<Home> {
  const user = await serverUser();
  const found = await findHome(projectDirectory);
  const folder = join(await realpath(projectDirectory), '.dbctl');
  await makeFolder(folder, user);
  if (found !== undefined) {
    if (found.root !== folder) await record(found.root, folder);
    return found;
  }
  if (await suits(folder, user)) {
    // A link to nowhere, or to another project's data after a copy of the folder.
    if ((await lstat(join(folder, 'data')).catch(() => undefined))?.isSymbolicLink())
      await rm(join(folder, 'data'));
    return homeAt(folder, folder, user);
  }
  const projects = join(await ownPlace('state', user), 'projects');
  await makeDirectory(projects, 0o711);
  await sweepProjects(projects);
  const root = join(projects, createHash('sha256').update(folder).digest('hex').slice(0, 16));
  await makeDirectory(root, 0o711);
  await record(root, folder);
  return homeAt(folder, root, user);
}

/** Makes `.dbctl/data` lead to the data directory, where that one lies elsewhere. */
export async function linkData({ folder, data }: Home): Promise<void> {
  const link = join(folder, 'data');
  if (link === data || (await readlink(link).catch(() => undefined)) === data) return;
  await rm(link, { force: true });
  await symlink(data, link).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

function homeAt(folder: string, root: string, user: ServerUser): Home {
  return {
    folder,
    root,
    data: join(root, 'data'),
    logFile: join(folder, 'postgres.log'),
    portFile: join(folder, 'port'),
    keptFile: join(folder, 'kept'),
    user,
  };
}

async function makeFolder(folder: string, { other }: ServerUser): Promise<void> {
  try {
    // The server's user passes through to its data, and sees nothing else.
    await makeDirectory(folder, other === undefined ? 0o700 : 0o711);
    if (!(await exists(join(folder, '.gitignore')))) await writeFile(join(folder, '.gitignore'), '*\n');
  } catch (error) {
    throw operationalError(
      {
        message: `cannot make ${folder} ours: ${(error as Error).message}`,
        help: 'Run dbctl as the user that owns the folder, or name a server of your own with --database-url.',
      },
      error,
    );
  }
}

/** Whether the server can have its data in a folder: PostgreSQL wants a directory of its own user with mode 0700, which not every mount can give. */
async function suits(folder: string, user: ServerUser): Promise<boolean> {
  if (process.platform === 'win32') return true;
  if (!(await mayEnter(folder, user))) return false;
  const probe = join(folder, `probe.${await throwAwayName()}`);
  try {
    await makeDirectory(probe, 0o700, user);
    const { mode, uid } = await stat(probe);
    return (mode & 0o777) === 0o700 && uid === (user.other?.uid ?? process.getuid?.());
  } catch {
    return false;
  } finally {
    await rm(probe, { recursive: true, force: true });
  }
}

const recordOf = (root: string) => join(root, 'project');

/** Notes whose data a place holds, by the path of its `.dbctl`. Written at each use: a project may be moved. */
async function record(root: string, folder: string): Promise<void> {
  await writeFile(recordOf(root), `${folder}\n`, { mode: 0o600 });
}

/** Whether `.dbctl/data` leads to the data of another project that is still there: then this one is a copy, and gets data of its own. */
async function belongsToAnother(folder: string, data: string): Promise<boolean> {
  if (dirname(data) === folder) return false;
  const owner = (await readFile(recordOf(dirname(data)), 'utf8').catch(() => folder)).trim();
  return owner !== folder && (await realpath(join(owner, 'data')).catch(() => undefined)) === data;
}

const week = 7 * 24 * 3600 * 1000;

/** Removes the data of projects that are no more: at once where they lay in the temporary directory, else a week after the last use, since a missing disk looks the same. */
async function sweepProjects(projects: string): Promise<void> {
  for (const name of await readdir(projects)) {
    const root = join(projects, name);
    const folder = (await readFile(recordOf(root), 'utf8').catch(() => '')).trim();
    if (folder === '' || (await exists(folder))) continue;
    const { mtimeMs } = await stat(recordOf(root));
    const temporary = [tmpdir(), '/tmp', '/var/tmp'].some((place) => folder.startsWith(place + sep));
    if (!temporary && Date.now() - mtimeMs < week) continue;
    if (!(await stopPostmaster(join(root, 'data'), 'immediate', 10_000))) continue;
    await removeSocketDirectory(join(root, 'run'));
    await rm(root, { recursive: true, force: true });
  }
}
