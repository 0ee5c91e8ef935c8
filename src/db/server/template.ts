/** Initialised clusters kept for copying: initdb takes a second, a copy a tenth of one. */
import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { initdbOptions, initialise, randomPassword } from './initdb.ts';
import { newThrowAwayFolder } from './throw-away-folder.ts';
import { exists, makeDirectory, putInPlace } from './tree.ts';

export interface Template {
  readonly data: string;
  /** The superuser's, in every copy. */
  readonly password: string;
}

/** @returns the template for this server, which is made in `cache` if it is not there. Two processes at once are fine. */
export async function clusterTemplate(binaries: Binaries, cache: string): Promise<Template> {
  const options = createHash('sha256').update(initdbOptions(binaries.major).join('\0')).digest('hex');
  const folder = join(cache, 'templates', `${binaries.version}-${options.slice(0, 12)}`);
  if (!(await exists(folder))) {
    const made = await newThrowAwayFolder(cache);
    const password = randomPassword();
    await makeDirectory(made, 0o700, binaries.user);
    await initialise(binaries, join(made, 'data'), password);
    await writeFile(join(made, 'password'), password, { mode: 0o600 });
    await makeDirectory(join(cache, 'templates'), 0o700);
    await putInPlace(made, folder);
    await rm(made, { recursive: true, force: true });
  }
  return { data: join(folder, 'data'), password: await readFile(join(folder, 'password'), 'utf8') };
}
