/** Migrations, written: all or, when one is in the way, none. */
import { join } from 'node:path';
import { writeNewFiles } from '../new-files.ts';

/** A file to be written: `<directory>/<domain>/<version>_<name>.sql`. */
export interface MigrationToWrite {
  readonly domain: string;
  readonly version: string;
  readonly name: string;
  readonly text: string;
}

/** @returns where a migration lies, relative to the migrations folder. */
export const migrationPath = ({ domain, version, name }: Omit<MigrationToWrite, 'text'>): string =>
  join(domain, `${version}_${name}.sql`);

/**
 * @param directory the migrations folder, absolute; made when it is not there.
 * @returns the files' paths, in the order given.
 * @throws KnownError (2) when a file of that name exists; (3) when the disk refuses: then nothing is written.
 */
export async function writeMigrations(
  directory: string,
  migrations: readonly MigrationToWrite[],
): Promise<string[]> {
  return writeNewFiles(
    migrations.map((migration) => ({
      path: join(directory, migrationPath(migration)),
      text: migration.text,
    })),
    'migrations',
    'Choose another name or version stamp.',
  );
}
