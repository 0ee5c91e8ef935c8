/** Files that were not there before: all of them are written or, when one is in the way, none. */
import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inputError, operationalError } from '../core/model/problem.ts';

export interface NewFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** @returns those of the paths where something is. */
export async function thoseThere(paths: readonly string[]): Promise<string[]> {
  const there = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return paths.filter((_, at) => there[at]);
}

/**
 * @param what the files are, for messages: `migrations`.
 * @param help what to do when one is in the way.
 * @returns the paths, in the order given.
 * @throws KnownError (2) when a file of that name exists; (3) when the disk refuses. Nothing is left half-written:
 * a file appears whole or not at all, and on an error those that this call had written are gone again.
 */
export async function writeNewFiles(
  files: readonly NewFile[],
  what: string,
  help: string,
): Promise<string[]> {
  const written: string[] = [];
  try {
    for (const { path, text } of files) {
      await writeNew(path, text);
      written.push(path);
    }
    return written;
  } catch (error) {
    await Promise.all(written.map((file) => rm(file, { force: true })));
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw inputError({
        message: `${(error as NodeJS.ErrnoException & { dest?: string }).dest ?? 'a file'} exists; nothing is written`,
        help,
      });
    throw operationalError(
      {
        message: `cannot write ${what}: ${(error as Error).message}`,
        help: 'Make the folder writable, with room on its disk.',
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
