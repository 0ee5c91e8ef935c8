/** The built program in a folder of its own, as a person runs it. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../bin/dbctl.js', import.meta.url));

export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly log: string;
}

export interface Workplace {
  readonly folder: string;
  /** Runs dbctl there, with nothing of this process's environment but what is given. */
  readonly dbctl: (...args: readonly string[]) => Promise<Outcome>;
  /** The same; throws what it said if it does not end with 0. */
  readonly succeed: (...args: readonly string[]) => Promise<string>;
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Makes an empty folder. @param env what dbctl sees besides PATH and HOME. */
export async function openWorkplace(env: Readonly<Record<string, string>> = {}): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'dbctl-test-'));
  const { PATH, HOME } = process.env;
  const dbctl: Workplace['dbctl'] = (...args) =>
    new Promise((done) => {
      const options = { env: { PATH, HOME, ...env }, maxBuffer: 64 * 1024 * 1024 };
      execFile(process.execPath, [program, '-C', folder, ...args], options, (error, out, log) =>
        done({ status: error === null ? 0 : ((error.code as number | undefined) ?? -1), out, log }),
      );
    });
  return {
    folder,
    dbctl,
    succeed: async (...args) => {
      const { status, out, log } = await dbctl(...args);
      if (status !== 0) throw new Error(`dbctl ${args.join(' ')} ended with ${status}:\n${log}${out}`);
      return out;
    },
    write: async (files) => {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await writeFile(join(folder, name), text);
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
