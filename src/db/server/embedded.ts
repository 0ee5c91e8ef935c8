/** The embedded PostgreSQL: a project's working database, started when it is needed and stopped by the last that uses it. */
import { readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { operationalError } from '../../core/model/problem.ts';
import { identifier } from '../../sql/quote.ts';
import type { Address, Connection } from '../connect.ts';
import { findBinaries, type Binaries } from './binaries.ts';
import { freePort } from './free-port.ts';
import { closeGuard, openGuard, whenThere } from './guard.ts';
import { findHome, linkData, openHome, type Home } from './home.ts';
import { initialise, randomPassword, superuser } from './initdb.ts';
import {
  readPostmaster,
  StartFailed,
  startPostmaster,
  stopPostmaster,
  type Postmaster,
} from './postmaster.ts';
import { pause } from './process.ts';
import { socketDirectory } from './sockets.ts';
import { ownerLives, throwAwayName } from './throw-away-folder.ts';
import { exists, makeDirectory, putInPlace } from './tree.ts';

export interface EmbeddedServer {
  /** A database of it, through the Unix socket where there is one. */
  readonly address: (database: string) => Address;
  /** The same as a URL through TCP, for programs of others. It holds the password. */
  readonly url: (database: string) => string;
  /** Makes a database if it is not there. */
  readonly ensureDatabase: (name: string) => Promise<void>;
  /** Lets the server go; stops it when nobody else uses it and `dev start` does not keep it. May be called again. */
  readonly release: () => Promise<void>;
}

export interface EmbeddedStatus {
  readonly running: boolean;
  readonly pid: number | undefined;
  /** The server's release: 18.4. */
  readonly version: string;
  /** Where the data lies; undefined before the first start. */
  readonly dataDirectory: string | undefined;
  readonly port: number | undefined;
  /** Whether it stays when the last dbctl has ended. */
  readonly kept: boolean;
}

/** Dev data is data: durable. The rest is sized for one person. */
const settings = { shared_buffers: '32MB', max_connections: '60', max_locks_per_transaction: '256' };

/**
 * Uses the project's embedded PostgreSQL: initialises it in `.dbctl/` at the first time, starts it if it is
 * not running, and holds it until `release`.
 * @param projectDirectory the folder of the manifest
 * @throws KnownError (3) when there is no server for this platform, or it cannot be initialised or started
 */
export async function useEmbedded(
  projectDirectory: string,
  log: (message: string) => void,
): Promise<EmbeddedServer> {
  const binaries = await findBinaries();
  const home = await openHome(projectDirectory);
  await initialiseHome(home, binaries, log);
  const { guard, port, sockets } = await whenThere(async () => {
    const { port, sockets } = await ensureRunning(home, binaries);
    const guard = await openGuard(await addressOf(home, sockets, port, 'postgres'));
    return { guard, port, sockets };
  });
  return embeddedServer(home, guard, port, sockets);
}

function embeddedServer(
  home: Home,
  guard: Connection,
  port: number,
  sockets: string | undefined,
): EmbeddedServer {
  const { address: own } = guard;
  let released: Promise<void> | undefined;
  const stop = async () => {
    if (await exists(home.keptFile)) return;
    if (!(await stopPostmaster(home.data, 'fast', 60_000))) throw doesNotStop(home);
  };
  return {
    address: (database) => ({ ...own, host: sockets ?? '127.0.0.1', database }),
    url: (database) => urlOf({ ...own, port, database }),
    ensureDatabase: async (name) => {
      const found = await guard.sql`select from pg_database where datname = ${name}`;
      if (found.length > 0) return;
      try {
        await guard.sql.unsafe(`create database ${identifier(name)}`);
      } catch (error) {
        // Another process was quicker: duplicate_database, or unique_violation in pg_database.
        if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error;
      }
    },
    release: () => (released ??= closeGuard(guard, stop)),
  };
}

/** Starts it, if need be, and marks it to stay until `dev stop`. @throws as `useEmbedded` */
export async function startKept(
  projectDirectory: string,
  log: (message: string) => void,
  databases: readonly string[] = ['main'],
): Promise<EmbeddedStatus> {
  const server = await useEmbedded(projectDirectory, log);
  try {
    for (const name of databases) await server.ensureDatabase(name);
    await writeFile((await openHome(projectDirectory)).keptFile, '');
  } finally {
    await server.release();
  }
  return embeddedStatus(projectDirectory);
}

/** Stops it, whoever uses it, and takes the mark away. @returns whether it was running. @throws KnownError (3) when it does not stop. */
export async function stopEmbedded(projectDirectory: string): Promise<boolean> {
  const home = await findHome(projectDirectory);
  if (home === undefined) return false;
  await rm(home.keptFile, { force: true });
  if ((await readPostmaster(home.data)) === undefined) return false;
  if (!(await stopPostmaster(home.data, 'fast', 60_000))) throw doesNotStop(home);
  return true;
}

/** What there is, without starting or making anything. */
export async function embeddedStatus(projectDirectory: string): Promise<EmbeddedStatus> {
  const [binaries, home] = [await findBinaries(), await findHome(projectDirectory)];
  const running = home === undefined ? undefined : await readPostmaster(home.data);
  return {
    running: running !== undefined,
    pid: running?.pid,
    version: binaries.release,
    dataDirectory: home?.data,
    port: running?.port,
    kept: running !== undefined && home !== undefined && (await exists(home.keptFile)),
  };
}

function urlOf({ user, password, port, database }: Address): string {
  return `postgresql://${user}:${password ?? ''}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

/** In the data directory, so that it and the cluster whose password it is come into being at one stroke. */
const passwordFile = (data: string) => join(data, 'dbctl.password');

async function addressOf(
  home: Home,
  sockets: string | undefined,
  port: number,
  database: string,
): Promise<Address> {
  const password = await readFile(passwordFile(home.data), 'utf8').catch((error: unknown) => {
    throw operationalError(
      {
        message: `the password of the embedded PostgreSQL cannot be read from ${join(home.folder, 'data')}`,
        help: 'Run dbctl as the user that made it, or remove .dbctl/ to begin with an empty database.',
      },
      error,
    );
  });
  return { host: sockets ?? '127.0.0.1', port, user: superuser, password, database, ssl: false };
}

/** Makes the data directory, complete at one stroke. Of two processes at once, the slower throws its own away. */
async function initialiseHome(home: Home, binaries: Binaries, log: (message: string) => void): Promise<void> {
  const { root, data, user } = home;
  if (!(await exists(data))) {
    log(`Making the embedded PostgreSQL ${binaries.release} in ${home.folder} …`);
    for (const name of await readdir(root))
      if (name.startsWith('new.') && !(await ownerLives(name.slice('new.'.length))))
        await rm(join(root, name), { recursive: true, force: true });
    const folder = join(root, `new.${await throwAwayName()}`);
    try {
      await makeDirectory(folder, 0o700, user);
      const password = randomPassword();
      await initialise(binaries, join(folder, 'data'), password);
      await writeFile(passwordFile(join(folder, 'data')), password, { mode: 0o600 });
      await putInPlace(join(folder, 'data'), data);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  await linkData(home);
  const major = (await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (major !== String(binaries.major))
    throw operationalError({
      message:
        major === ''
          ? `${join(home.folder, 'data')} is no data directory that we may read`
          : `the data in ${home.folder} is PostgreSQL ${major}'s, and this dbctl brings ${binaries.release}`,
      help: 'Dump what you need with the dbctl that made it, then remove .dbctl/; or run dbctl as the user that made it.',
    });
}

/** @returns the port and socket directory of the running server, which may still be starting. */
async function ensureRunning(
  home: Home,
  binaries: Binaries,
): Promise<{ port: number; sockets: string | undefined }> {
  const sockets =
    process.platform === 'win32' ? undefined : await socketDirectory(join(home.root, 'run'), home.user);
  const running = (await readPostmaster(home.data)) ?? (await start(home, binaries, sockets));
  return { port: running.port, sockets };
}

async function start(
  home: Home,
  binaries: Binaries,
  socketDirectory: string | undefined,
): Promise<Postmaster> {
  await rotateLog(home.logFile);
  const last = Number(await readFile(home.portFile, 'utf8').catch(() => '')) || undefined;
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(attempt === 1 ? last : undefined);
    try {
      const started = await startPostmaster({
        program: binaries.program('postgres'),
        user: home.user,
        data: home.data,
        socketDirectory,
        port,
        loopback: true,
        logFile: home.logFile,
        settings,
      });
      await writeFile(home.portFile, `${port}\n`, { mode: 0o600 });
      return started;
    } catch (error) {
      if (!(error instanceof StartFailed)) throw error;
      // Another dbctl has started it in the meantime, something has taken the port, or processes of a server
      // that was killed have not all gone.
      const other = await readPostmaster(home.data);
      if (other !== undefined) return other;
      if (attempt === attempts)
        throw operationalError(
          {
            message: `the embedded PostgreSQL did not start:\n${error.log}`,
            help: `Read ${home.logFile}; remove .dbctl/ to begin with an empty database.`,
          },
          error,
        );
      await pause(50 * 2 ** attempt);
    }
  }
}

/** Of a start; 1.5 s of pauses between them. */
const attempts = 5;
const logLimit = 5 * 1024 * 1024;

/** Keeps one old log beside the new one. */
async function rotateLog(file: string): Promise<void> {
  const size = (await stat(file).catch(() => undefined))?.size ?? 0;
  if (size > logLimit) await rename(file, `${file}.1`);
}

function doesNotStop(home: Home) {
  return operationalError({
    message: `the embedded PostgreSQL in ${home.folder} has not stopped after 60 s`,
    help: `Read ${home.logFile}, then run \`dbctl dev stop\` again.`,
  });
}
