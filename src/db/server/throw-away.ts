/** Throw-away clusters: a copy of a template, on a Unix socket of its own, gone when closed or when its process ends. */
import { join } from 'node:path';
import type { Address } from '../connect.ts';
import { operationalError } from '../../core/model/problem.ts';
import { findBinaries } from './binaries.ts';
import { freePort } from './free-port.ts';
import { superuser } from './initdb.ts';
import { memoryPlace, ownPlace } from './places.ts';
import { StartFailed, startPostmaster } from './postmaster.ts';
import { socketDirectory } from './sockets.ts';
import { clusterTemplate } from './template.ts';
import {
  newThrowAwayFolder,
  removeThrowAway,
  removeThrowAwayNow,
  sweepThrowAway,
} from './throw-away-folder.ts';
import { copyTree } from './tree.ts';

export interface ThrowAwayCluster {
  readonly address: (database: string) => Address;
  readonly major: number;
  /** Stops the server at once and deletes its files. May be called again. */
  readonly close: () => Promise<void>;
}

/** Durability is nothing to a cluster that ends with us; its planner and its pool are kept small. */
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
  jit: 'off',
  shared_buffers: '16MB',
  max_connections: '30',
  // A schema of thousands of tables is dropped or read in one transaction.
  max_locks_per_transaction: '1024',
};

/**
 * Starts a cluster of its own: superuser `postgres`, databases `postgres` and `template1`.
 * @throws KnownError (3) when the server cannot start; `signal`'s reason when that is aborted.
 */
export async function openThrowAway(
  options: {
    major?: number;
    signal?: AbortSignal;
    /** In the place of ours: `{ shared_buffers: '1GB' }`. */
    settings?: Readonly<Record<string, string>>;
  } = {},
): Promise<ThrowAwayCluster> {
  const { signal } = options;
  const binaries = await findBinaries(options.major);
  const cache = await ownPlace('cache', binaries.user);
  const place = (await memoryPlace(binaries.user)) ?? cache;
  for (const each of new Set([place, cache])) await sweepThrowAway(each);
  const template = await clusterTemplate(binaries, cache);
  signal?.throwIfAborted();
  const folder = await newThrowAwayFolder(place);
  const data = join(folder, 'data');
  const logFile = join(folder, 'log');
  let closing: Promise<void> | undefined;
  const onExit = () => removeThrowAwayNow(folder);
  const close = () => {
    closing ??= removeThrowAway(folder).finally(() => {
      process.off('exit', onExit);
      signal?.removeEventListener('abort', onAbort);
    });
    return closing;
  };
  // Nobody awaits this one: whoever holds the cluster closes it too, and sees the error there.
  const onAbort = () => void close().catch(() => {});
  process.on('exit', onExit);
  try {
    copyTree(template.data, data, { owner: binaries.user, mode: (mode) => mode });
    const sockets =
      process.platform === 'win32' ? undefined : await socketDirectory(join(folder, 'run'), binaries.user);
    const port = sockets === undefined ? await freePort() : 5432;
    await startPostmaster({
      program: binaries.program('postgres'),
      user: binaries.user,
      data,
      socketDirectory: sockets,
      port,
      loopback: sockets === undefined,
      logFile,
      settings: { ...settings, ...options.settings },
      ...(signal === undefined ? {} : { signal }),
    });
    signal?.addEventListener('abort', onAbort);
    signal?.throwIfAborted();
    const { password } = template;
    return {
      address: (database) => ({
        host: sockets ?? '127.0.0.1',
        port,
        user: superuser,
        password,
        database,
        ssl: false,
      }),
      major: binaries.major,
      close,
    };
  } catch (error) {
    await close();
    if (!(error instanceof StartFailed)) throw error;
    throw operationalError(
      {
        message: `the shadow PostgreSQL ${binaries.release} did not start:\n${error.log}`,
        help: 'Check the disk, the memory and the limits of this machine.',
      },
      error,
    );
  }
}
