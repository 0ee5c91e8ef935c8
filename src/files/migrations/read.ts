/** The migrations folder, read: every file parsed and checked, every problem told at once. */
import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { closest } from '../../core/closest.ts';
import { frameAt, offsetOfCharacter, placeAt } from '../../core/migration/frame.ts';
import { parseMigration } from '../../core/migration/header.ts';
import { byVersion, type MigrationFile } from '../../core/migration/migration-file.ts';
import { isVersion } from '../../core/migration/version.ts';
import { inputError, type Problem } from '../../core/model/problem.ts';
import { inspectStatement } from '../../sql/inspect.ts';

/**
 * @param directory the migrations folder, absolute; one that does not exist holds no migrations.
 * @param domains the folders that may be there, in the dependency order of the domains, `_cluster` among them.
 * @param known checksums of files whose statements have been found right before.
 * @returns the migrations by version, then in the order of the domains, then by name.
 * @throws KnownError (2) with all problems: a file or folder with a bad name, a version twice in a domain, a missing
 * Up section, a header or a statement that cannot be read.
 */
export async function readMigrations(
  directory: string,
  domains: readonly string[],
  known: ReadonlySet<string> = new Set(),
): Promise<MigrationFile[]> {
  const problems: Problem[] = [];
  const files: MigrationFile[] = [];
  for (const folder of await list(directory)) {
    if (folder.name.startsWith('.')) continue;
    const path = join(directory, folder.name);
    if (!folder.isDirectory()) {
      if (folder.name.endsWith('.sql'))
        problems.push(
          atFile(path, 'a migration that lies in no domain', 'Move it into the folder of its domain.'),
        );
      continue;
    }
    const inFolder = (await list(path)).filter(({ name }) => name.endsWith('.sql') && !name.startsWith('.'));
    if (!domains.includes(folder.name)) {
      const near = closest(folder.name, domains);
      if (inFolder.length > 0)
        problems.push(
          atFile(
            join(path, inFolder[0]!.name),
            `migrations of ${folder.name}, which is no domain of the manifest`,
            near === undefined
              ? 'Declare the domain in the manifest, or delete the folder.'
              : `Rename the folder to ${near}, or declare the domain.`,
          ),
        );
      continue;
    }
    const read = await Promise.all(inFolder.map(({ name }) => readMigration(path, folder.name, name, known)));
    for (const one of read) {
      problems.push(...one.problems);
      if (one.migration !== undefined) files.push(one.migration);
    }
  }
  problems.push(...duplicates(files));
  if (problems.length > 0) throw inputError(...problems.toSorted(byPlace));
  return files.toSorted(byVersion(domains));
}

/** One file. Its problems are returned, for all are told at once. */
async function readMigration(
  folder: string,
  domain: string,
  fileName: string,
  known: ReadonlySet<string>,
): Promise<{ problems: Problem[]; migration?: MigrationFile }> {
  const file = join(folder, fileName);
  const parts = /^(\d+)_(.+)\.sql$/.exec(fileName);
  if (parts === null || !isVersion(parts[1]!) || !/^[a-z0-9_-]+$/.test(parts[2]!))
    return {
      problems: [
        atFile(
          file,
          badName(fileName),
          'Rename it to <yyyymmddhhmmssmmm>_<name>.sql, the name in a-z, 0-9, _ and -.',
        ),
      ],
    };
  const bytes = await readFile(file);
  const text = bytes.toString('utf8');
  const problems: Problem[] = [];
  const at = (offset: number, message: string, help: string) =>
    problems.push(atOffset(file, text, offset, message, help));
  if (!Buffer.from(text).equals(bytes)) at(0, 'the file is not UTF-8', 'Save it in UTF-8.');
  const parsed = parseMigration(text);
  for (const { offset, message, help } of parsed.problems) at(offset, message, help);
  if (parsed.domain !== undefined && parsed.domain !== domain)
    at(
      0,
      `the header says domain ${parsed.domain}, the folder says ${domain}`,
      'Move the file, or correct its first line.',
    );
  if (parsed.up === undefined)
    at(
      0,
      'the file has no Up section',
      'Write a line `-- Up Migration` before its SQL, and `-- Down Migration` before what takes it back.',
    );
  const checksum = createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');
  for (const section of known.has(checksum) ? [] : [parsed.up, parsed.down])
    for (const { text: sql, start, verb } of section?.statements ?? []) {
      const { error } = await inspectStatement(sql);
      if (error !== undefined)
        at(start + offsetOfCharacter(sql, error.offset + 1), error.message, 'Correct the statement.');
      else if (parsed.transaction === 'on' && isTransactionControl(verb))
        at(
          start,
          `${verb.split(' ', 1)[0]!.toUpperCase()} in a migration that runs in a transaction`,
          'Remove it: dbctl opens and closes the transaction. Or write `-- transaction: off` in the header.',
        );
    }
  return {
    problems,
    migration: { domain, version: parts[1]!, name: parts[2]!, file, text, checksum, parsed },
  };
}

/** Savepoints nest in our transaction; these end it. */
function isTransactionControl(verb: string): boolean {
  return /^(begin|start transaction|commit|end|abort|prepare transaction|rollback(?!( work| transaction)? to))\b/.test(
    verb,
  );
}

function badName(fileName: string): string {
  const version = /^\d+/.exec(fileName)?.[0];
  if (version === undefined) return 'the name of a migration begins with its version';
  if (!isVersion(version)) return `${version} is no version: not a time in UTC of 17 (or 14) digits`;
  return 'the name of a migration has characters that node-pg-migrate or a shell would stumble over';
}

function duplicates(files: readonly MigrationFile[]): Problem[] {
  const seen = new Map<string, MigrationFile>();
  return files.flatMap((migration) => {
    const key = `${migration.domain}/${migration.version.padEnd(17, '0')}`;
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, migration);
      return [];
    }
    return [
      atFile(
        migration.file,
        `version ${migration.version} stands twice in domain ${migration.domain}; the other is ${first.version}_${first.name}.sql`,
        'Give one of them another version.',
      ),
    ];
  });
}

async function list(directory: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw inputError({
      message: `cannot read ${directory}: ${(error as Error).message}`,
      help: 'Make it a folder that you may read.',
    });
  }
}

const atFile = (file: string, message: string, help: string): Problem => ({
  message,
  help,
  location: pointAt(file, 1, 1),
});

function atOffset(file: string, text: string, offset: number, message: string, help: string): Problem {
  const { line, column } = placeAt(text, offset);
  return { message, help, location: pointAt(file, line, column), frame: frameAt(text, offset) };
}

const pointAt = (file: string, line: number, column: number) => ({
  file,
  line,
  column,
  endLine: line,
  endColumn: column,
});

const byPlace = (a: Problem, b: Problem) =>
  (a.location!.file < b.location!.file ? -1 : a.location!.file > b.location!.file ? 1 : 0) ||
  a.location!.line - b.location!.line;
