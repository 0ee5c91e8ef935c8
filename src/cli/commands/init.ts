/** `dbctl init`: a first manifest that validates; or, with --from, all that a live database is, as a project. */
import { basename, join } from 'node:path';
import { counted } from '../../core/rules/wording.ts';
import { inputError } from '../../core/model/problem.ts';
import { describeAddress, parseAddress, withConnection } from '../../db/connect.ts';
import { introspect } from '../../db/introspect/introspect.ts';
import { manifestNames } from '../../files/manifest/find.ts';
import { writeScaffold } from '../../files/manifest/scaffold.ts';
import { thoseThere, writeNewFiles } from '../../files/new-files.ts';
import { type Adoption, adoption } from '../adoption.ts';
import type { Context, ExitStatus } from '../context.ts';
import { problemText } from '../report-error.ts';

/** @throws KnownError (2) when a file is in the way and `force` is not said, (3) when the disk or the server refuses. */
export async function init(
  context: Context,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitStatus> {
  const from = options['from'];
  if (typeof from === 'string') return initFrom(context, from, options);
  for (const name of ['by', 'dryRun'])
    if (options[name] !== undefined)
      throw inputError({
        message: `--${name === 'by' ? name : 'dry-run'} is about a database that is read, and none is named`,
        help: 'Name it: dbctl init --from postgresql://user@host/database.',
      });
  const files = await writeScaffold(context.cwd, basename(context.cwd), options['force'] === true);
  if (context.global.format === 'json') {
    context.out(JSON.stringify({ version: 1, command: 'init', files }, null, 2));
    return 0;
  }
  context.out(
    [
      ...files.map((file) => `${context.outColour.green('wrote')} ${file}`),
      '',
      ...next(context, [
        ['dbctl validate', 'check the manifest'],
        ['dbctl generate first', 'write the migrations'],
        ['dbctl migrate', 'apply them; without DATABASE_URL, to a PostgreSQL of its own'],
        ['dbctl lint --live', 'prove that the database is what the manifest says'],
      ]),
    ].join('\n'),
  );
  return 0;
}

function next(
  { outColour }: Context,
  steps: readonly (readonly [command: string, what: string])[],
): string[] {
  const width = Math.max(...steps.map(([command]) => command.length));
  return ['Next:', ...steps.map(([command, what]) => `  ${command.padEnd(width)}  ${outColour.dim(what)}`)];
}

/** Reads a database, and nothing else: the connection refuses to write. */
async function initFrom(
  context: Context,
  url: string,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitStatus> {
  if (options['force'] === true)
    throw inputError({
      message: '--force overwrites a scaffold only: what is read from a database never overwrites a file',
      help: 'Choose an empty folder with --cwd.',
    });
  await refuseIfThere(context.cwd, manifestNames);
  const address = parseAddress(url);
  context.log(`reading ${describeAddress(address)}`);
  const reading = { applicationName: 'dbctl init', readOnly: true };
  const live = await withConnection(address, reading, introspect);
  context.log(`read ${live.entries.size} entries`);
  const made = await adoption(context, live, {
    name: address.database,
    by: options['by'] === 'prefix' ? 'prefix' : 'schema',
    migrationName: 'init',
  });
  const paths = [...made.files.keys()];
  await refuseIfThere(context.cwd, paths);
  const isDry = options['dryRun'] === true;
  if (!isDry)
    await writeNewFiles(
      [...made.files].map(([path, text]) => ({ path: join(context.cwd, path), text })),
      'the project',
      'Choose an empty folder with --cwd.',
    );
  for (const { object, why } of made.leftOut)
    context.log(problemText({ message: `not in the manifest: ${object}: ${why}` }, context, 'warning'));
  if (context.global.format === 'json') context.out(JSON.stringify(report(made, isDry), null, 2));
  else context.out(isDry ? dry(made) : done(context, made));
  return 0;
}

async function refuseIfThere(folder: string, paths: readonly string[]): Promise<void> {
  const there = await thoseThere(paths.map((path) => join(folder, path)));
  if (there.length > 0)
    throw inputError(
      ...there.map((path) => ({
        message: `${path} is there already; nothing is written`,
        help: 'Choose an empty folder with --cwd: what is read from a database never overwrites a file.',
      })),
    );
}

function report({ files, domains, leftOut, stand }: Adoption, isDry: boolean): object {
  return {
    version: 1,
    command: 'init',
    files: [...files.keys()],
    domains,
    leftOut: leftOut.map(({ object, schema, why }) => ({ object, schema, why })),
    baseline: stand.length,
    ...(isDry ? { dryRun: true, texts: [...files.values()] } : {}),
  };
}

const dry = ({ files }: Adoption): string =>
  [...files].map(([path, text]) => `# ${path}\n${text}`).join('\n');

function done(context: Context, { files, domains, leftOut, stand }: Adoption): string {
  const { green, yellow } = context.outColour;
  return [
    ...[...files.keys()].map((file) => `${green('wrote')} ${file}`),
    '',
    `${counted(domains.length, 'domain')}: ${domains.join(', ')}.`,
    ...(stand.length === 0
      ? []
      : [
          `${counted(stand.length, 'finding')} ${stand.length === 1 ? 'stands' : 'stand'} in the baseline: waived in what dbctl lint --live shows.`,
        ]),
    ...(leftOut.length === 0
      ? []
      : [
          yellow(`${counted(leftOut.length, 'thing')} not in the manifest: listed at the end of dbctl.yaml.`),
        ]),
    '',
    'The database has all of this already, and no history of it yet. Set DATABASE_URL to it.',
    ...next(context, [
      [
        'dbctl migrate --adopt',
        'check that it is what the migrations make, and record them as applied; runs none',
      ],
      ['dbctl lint --live', 'prove that the database is what the manifest says'],
      ['dbctl generate <name>', 'after an edit, write the migrations'],
    ]),
  ].join('\n');
}
