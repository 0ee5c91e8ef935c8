/** Catalogs of replayed migrations, kept: what the same files make on the same PostgreSQL need not be made again. */
import { createHash } from 'node:crypto';
import { readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recording } from './introspect/recorded.ts';
import { findBinaries } from './server/binaries.ts';
import { ownPlace } from './server/places.ts';
import { makeDirectory } from './server/tree.ts';

/** How many are kept, and for how long, in milliseconds. */
const [most, longest] = [20, 48 * 3_600_000];

/** Where one is kept. */
export interface Kept {
  readonly read: () => Promise<Recording | undefined>;
  /** As far as there is room; nothing depends on it. */
  readonly write: (recorded: Recording) => Promise<void>;
}

/**
 * @param made all that the catalog is made of: equal texts make equal catalogs, on one day.
 * @param now a migration may ask what day it is.
 */
export async function keptReplay(major: number | undefined, made: string, now: Date): Promise<Kept> {
  const { version, user } = await findBinaries(major);
  const folder = join(await ownPlace('cache', user), 'replays');
  const hash = createHash('sha256');
  for (const text of [version, now.toISOString().slice(0, 10), made])
    hash.update(`${Buffer.byteLength(text)}:`).update(text);
  const file = join(folder, `${hash.digest('hex')}.json`);
  return {
    async read() {
      try {
        return JSON.parse(await readFile(file, 'utf8')) as Recording;
      } catch {
        return undefined;
      }
    },
    async write(recorded) {
      const temporary = `${file}.${process.pid}`;
      try {
        await makeDirectory(folder, 0o700);
        await writeFile(temporary, JSON.stringify(recorded), { mode: 0o600 });
        await rename(temporary, file);
        await sweep(folder, now.getTime());
      } catch {
        await rm(temporary, { force: true });
      }
    },
  };
}

async function sweep(folder: string, now: number): Promise<void> {
  const files = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const path = join(folder, name);
      return { path, at: (await stat(path)).mtimeMs };
    }),
  );
  const old = files
    .sort((a, b) => b.at - a.at)
    .filter(({ at }, place) => place >= most || now - at > longest);
  await Promise.all(old.map(({ path }) => rm(path, { force: true })));
}
