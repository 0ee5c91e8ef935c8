/** `dbctl init`: a first manifest that validates, and what to do with it. */
import { basename } from 'node:path';
import { writeScaffold } from '../../files/manifest/scaffold.ts';
import type { Context, ExitStatus } from '../context.ts';

/** @throws KnownError (2) when a file is in the way and `force` is not said, (3) when the disk refuses. */
export async function init(
  context: Context,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitStatus> {
  const files = await writeScaffold(context.cwd, basename(context.cwd), options['force'] === true);
  if (context.global.format === 'json') {
    context.out(JSON.stringify({ version: 1, command: 'init', files }, null, 2));
    return 0;
  }
  const { green, dim } = context.outColour;
  const next = [
    ['dbctl validate', 'check the manifest'],
    ['dbctl generate first', 'write the migrations'],
    ['dbctl migrate', 'apply them; without DATABASE_URL, to a PostgreSQL of its own'],
    ['dbctl lint --live', 'prove that the database is what the manifest says'],
  ] as const;
  const width = Math.max(...next.map(([command]) => command.length));
  context.out(
    [
      ...files.map((file) => `${green('wrote')} ${file}`),
      '',
      'Next:',
      ...next.map(([command, what]) => `  ${command.padEnd(width)}  ${dim(what)}`),
    ].join('\n'),
  );
  return 0;
}
