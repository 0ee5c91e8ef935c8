/** New clusters: the same on every machine, whatever its locale. */
import { randomBytes } from 'node:crypto';
import { chown, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { operationalError } from '../../core/model/problem.ts';
import type { Binaries } from './binaries.ts';
import { runProgram } from './process.ts';

/** The superuser of every server of ours. */
export const superuser = 'postgres';

/** What initdb is told: sorting by code point everywhere, SCRAM for every connection, small WAL files. */
export function initdbOptions(major: number): string[] {
  return [
    '--encoding=UTF8',
    '--locale=C',
    ...(major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []),
    '--text-search-config=english',
    `--username=${superuser}`,
    '--auth=scram-sha-256',
    '--wal-segsize=1',
    '--no-sync',
    '--no-instructions',
  ];
}

/** @returns a password that needs no escaping in a URL. */
export function randomPassword(): string {
  return randomBytes(24).toString('base64url');
}

/** Initialises a cluster in `data`, whose parent the server's user can write to. @throws KnownError (3) with what initdb said. */
export async function initialise(binaries: Binaries, data: string, password: string): Promise<void> {
  // initdb takes the password from a file only.
  const passwordFile = join(dirname(data), 'initial-password');
  const { other } = binaries.user;
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (other !== undefined) await chown(passwordFile, other.uid, other.gid);
    const { code, output } = await runProgram(
      binaries.program('initdb'),
      [...initdbOptions(binaries.major), `--pwfile=${passwordFile}`, '-D', data],
      binaries.user,
    );
    if (code !== 0)
      throw operationalError({
        message: `initdb failed: ${output.trim().split('\n').slice(-5).join('\n')}`,
        help: 'Check that the disk has room (40 MB), or name a server of your own with --database-url.',
      });
  } finally {
    await rm(passwordFile, { force: true });
  }
}
