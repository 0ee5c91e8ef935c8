/** `dbctl dev`: the embedded PostgreSQL, started, stopped, told about, and opened. */
import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { inputError, operationalError } from '../../core/model/problem.ts';
import {
  embeddedStatus,
  startKept,
  stopEmbedded,
  useEmbedded,
  type EmbeddedServer,
  type EmbeddedStatus,
} from '../../db/server/embedded.ts';
import { findManifest } from '../../files/manifest/find.ts';
import type { Context, ExitStatus } from '../context.ts';

type Options = Readonly<Record<string, unknown>>;

/** Starts it and marks it to stay until `dev stop`; the same when it is running already. Exit status 0. */
export async function start(context: Context): Promise<ExitStatus> {
  const status = await startKept(await projectDirectory(context), context.log);
  show(context, 'dev start', status);
  if (context.global.format !== 'json')
    context.log('Open it with `dbctl dev psql`, or psql "$(dbctl dev url)".');
  return 0;
}

/** Stops it, whoever uses it. Exit status 0, also when it was not running. */
export async function stop(context: Context): Promise<ExitStatus> {
  const directory = await projectDirectory(context);
  const stopped = await stopEmbedded(directory);
  if (!stopped) context.log('It was not running.');
  show(context, 'dev stop', await embeddedStatus(directory));
  return 0;
}

/** Tells whether it runs, and where its data is. Exit status 0. */
export async function status(context: Context): Promise<ExitStatus> {
  show(context, 'dev status', await embeddedStatus(await projectDirectory(context)));
  return 0;
}

/** Prints its connection URL, which holds its password. Exit status 0; 3 when it is not running. */
export async function url(context: Context, _options: Options, database = 'main'): Promise<ExitStatus> {
  const directory = await projectDirectory(context);
  if (!(await embeddedStatus(directory)).running)
    throw operationalError({
      message: 'the embedded PostgreSQL is not running, so it has no URL',
      help: 'Run `dbctl dev start`.',
    });
  return onServer(context, directory, async (server) => {
    await server.ensureDatabase(database);
    const text = server.url(database);
    const { format } = context.global;
    context.out(format === 'json' ? document('dev url', { database, url: text }) : text);
    return 0;
  });
}

/** Opens the machine's psql on it, and starts it for as long as that lasts. Exit status 0, or 3 when psql ends with an error. */
export async function psql(context: Context, _options: Options, database = 'main'): Promise<ExitStatus> {
  return onServer(context, await projectDirectory(context), async (server) => {
    await server.ensureDatabase(database);
    const { host, port, user, password } = server.address(database);
    // In the environment, where the process list does not show it.
    const env = { ...context.env, PGPASSWORD: password, PGAPPNAME: 'dbctl dev psql' };
    const code = await withoutSignals(
      () =>
        new Promise<number>((resolve, reject) => {
          const child = spawn('psql', ['-h', host, '-p', String(port), '-U', user, '-d', database], {
            stdio: 'inherit',
            env,
          });
          child.on('error', reject);
          child.on('exit', (exitCode) => resolve(exitCode ?? 1));
        }),
    ).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      throw operationalError(
        {
          message: 'psql is not installed on this machine',
          help: 'Install the PostgreSQL client programs, or run `dbctl dev start` and give the URL that `dbctl dev url` prints to a client of yours.',
        },
        error,
      );
    });
    return code === 0 ? 0 : 3;
  });
}

async function onServer(
  context: Context,
  directory: string,
  use: (server: EmbeddedServer) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const server = await useEmbedded(directory, context.log);
  try {
    return await use(server);
  } finally {
    await server.release();
  }
}

/** Ctrl-C in psql is psql's: it cancels a query there, and twice of it must not end us. */
async function withoutSignals<T>(run: () => Promise<T>): Promise<T> {
  const ours = process.listeners('SIGINT');
  const ignore = () => {};
  process.removeAllListeners('SIGINT');
  process.on('SIGINT', ignore);
  try {
    return await run();
  } finally {
    process.off('SIGINT', ignore);
    for (const listener of ours) process.on('SIGINT', listener);
  }
}

/** The folder that `.dbctl/` lies in: the manifest's, or the working directory where there is none. */
async function projectDirectory(context: Context): Promise<string> {
  const manifest = await findManifest(context.cwd, context.global.manifest);
  const directory = manifest === undefined ? context.cwd : dirname(manifest);
  if ((await stat(directory).catch(() => undefined))?.isDirectory() !== true)
    throw inputError({
      message: `there is no folder ${directory}`,
      help: 'Name one that exists with -C or -m.',
    });
  return directory;
}

function show(context: Context, command: string, found: EmbeddedStatus): void {
  const { running, pid, version, port, dataDirectory, kept } = found;
  if (context.global.format === 'json')
    return context.out(
      document(command, {
        running,
        postgresql: version,
        pid: pid ?? null,
        port: port ?? null,
        kept,
        dataDirectory: dataDirectory ?? null,
      }),
    );
  const colour = context.outColour;
  const state = running
    ? `${colour.green('running')}, process ${pid}, port ${port} on 127.0.0.1`
    : colour.yellow('not running');
  const lines = [`PostgreSQL  ${version}`, `state       ${state}`];
  if (running)
    lines.push(`stays       ${kept ? 'until `dbctl dev stop`' : 'until the dbctl that uses it has ended'}`);
  lines.push(`data        ${dataDirectory ?? 'none yet'}`);
  context.out(lines.join('\n'));
}

function document(command: string, rest: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ version: 1, command, ...rest }, null, 2);
}
