/** Migrations, written: all or, when one is in the way, none. */
import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inputError, operationalError } from '../../core/model/problem.ts';

/** A file to be written: `<directory>/<domain>/<version>_<name>.sql`. */
export interface MigrationToWrite {
  readonly domain: string;
  readonly version: string;
  readonly name: string;
  readonly text: string;
}

/**
 * @param directory the migrations folder, absolute; made when it is not there.
 * @returns the files' paths, in the order given.
 * @throws KnownError (2) when a file of that name exists; (3) when the disk refuses. Nothing is left half-written:
 * a file appears whole or not at all, and on an error those that this call had written are gone again.
 */
export async function writeMigrations(
  directory: string,
  migrations: readonly MigrationToWrite[],
): Promise<string[]> {
  const written: string[] = [];
  try {
    for (const { domain, version, name, text } of migrations) {
      const file = join(directory, domain, `${version}_${name}.sql`);
      await writeNew(file, text);
      written.push(file);
    }
    return written;
  } catch (error) {
    await Promise.all(written.map((file) => rm(file, { force: true })));
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw inputError({
        message: `${(error as NodeJS.ErrnoException & { dest?: string }).dest ?? 'a migration'} exists; nothing is written`,
        help: 'Choose another name or version stamp.',
      });
    throw operationalError(
      {
        message: `cannot write migrations: ${(error as Error).message}`,
        help: 'Make the migrations folder writable, with room on its disk.',
      },
      error,
    );
  }
}

/** A link to a finished temporary file appears at once, and unlike a rename it never replaces a file. */
async function writeNew(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = join(dirname(file), `.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, text, { flag: 'wx', flush: true });
    await link(temporary, file).catch(async (error: NodeJS.ErrnoException) => {
      // Not every file system has links.
      if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes(error.code ?? '')) throw error;
      await copyFile(temporary, file, constants.COPYFILE_EXCL);
    });
  } finally {
    await rm(temporary, { force: true });
  }
}
