/** A project's migrations, read. What has once been found right, byte for byte, is not parsed again: that takes seconds for thousands of tables. */
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pkg from '../../package.json' with { type: 'json' };
import type { MigrationFile } from '../core/migration/migration-file.ts';
import { ownPlace } from '../db/server/places.ts';
import { makeDirectory } from '../db/server/tree.ts';
import { serverUser } from '../db/server/user.ts';
import { readMigrations } from '../files/migrations/read.ts';
import type { Project } from './target.ts';

/** How many checksums are kept; then all is begun anew. */
const most = 20_000;

/** @param domains as `readMigrations` takes them. @throws KnownError (2) with everything that is wrong with them. */
export async function readProjectMigrations(
  { directory, manifest }: Pick<Project, 'directory' | 'manifest'>,
  domains: readonly string[],
): Promise<MigrationFile[]> {
  const file = await place().catch(() => undefined);
  const text = file === undefined ? '' : await readFile(file, 'utf8').catch(() => '');
  const known = new Set(text.split('\n'));
  const files = await readMigrations(resolve(directory, manifest.migrations), domains, known);
  const found = files.map(({ checksum }) => checksum).filter((checksum) => !known.has(checksum));
  if (file !== undefined && found.length > 0) await keep(file, found, known.size > most);
  return files;
}

/** What counts as right depends on the program and on its grammar. */
async function place(): Promise<string> {
  const folder = join(await ownPlace('cache', await serverUser()), 'migrations');
  await makeDirectory(folder, 0o700);
  return join(folder, `${pkg.version}-${pkg.dependencies['libpg-query']}`);
}

/** As far as there is room; nothing depends on it. */
async function keep(file: string, checksums: readonly string[], anew: boolean): Promise<void> {
  const lines = checksums.map((checksum) => `${checksum}\n`).join('');
  await (anew ? writeFile : appendFile)(file, lines, { mode: 0o600 }).catch(() => undefined);
}
