/** `dbctl generate`: the difference between the migrations and the manifest, as migrations. */
import { relative, resolve } from 'node:path';
import { printMigration } from '../../core/migration/header.ts';
import { inputError } from '../../core/model/problem.ts';
import { migrationPath, writeMigrations } from '../../files/migrations/write.ts';
import type { Context, ExitStatus } from '../context.ts';
import { pendingMigrations } from '../generation.ts';
import { prove } from '../proof.ts';
import { openProject } from '../target.ts';

export async function generate(
  context: Context,
  options: Readonly<Record<string, unknown>>,
  name?: string,
): Promise<ExitStatus> {
  const label = (name ?? '').toLowerCase().replaceAll(/[\s-]+/g, '_');
  if (!/^[a-z0-9_]{1,100}$/.test(label))
    throw inputError({
      message: `${JSON.stringify(name)} is no name for a migration`,
      help: 'Use letters, digits and underscores: dbctl generate add_invoices.',
    });
  const project = await openProject(context);
  const { migrations: found, goals } = await pendingMigrations(
    context,
    project,
    options['versionStamp'] as string | undefined,
  );
  const files = found.map(({ version, draft }) => ({
    domain: draft.domain,
    version,
    name: label,
    text: printMigration(draft),
    draft,
  }));
  const directory = resolve(project.directory, project.manifest.migrations);
  const write = options['check'] !== true && options['dryRun'] !== true;
  const losses = files.flatMap(({ domain, draft }) => draft.downLoss.map((loss) => `${domain}: ${loss}`));
  if (write && losses.length > 0 && options['allowDestructive'] !== true)
    throw inputError(
      ...losses.map((loss) => ({
        message: `${loss}: data would be lost`,
        help: 'Read it with --dry-run; if it is meant, say --allow-destructive.',
      })),
    );
  if (write) {
    if (options['prove'] !== false) await prove(context, project, files, goals);
    await writeMigrations(directory, files);
  }
  const path = (file: { domain: string; version: string; name: string }) =>
    relative(context.cwd, resolve(directory, migrationPath(file)));
  if (context.global.format === 'json')
    context.out(
      JSON.stringify(
        {
          version: 1,
          command: 'generate',
          written: write,
          migrations: files.map(({ draft, ...file }) => ({
            domain: file.domain,
            version: file.version,
            name: label,
            file: path(file),
            requires: draft.requires,
            statements: draft.up.map(({ sql, locks, hazards }) => ({ sql, locks, hazards })),
            ...(write ? {} : { text: file.text }),
          })),
        },
        null,
        2,
      ),
    );
  else if (files.length === 0) context.out('Nothing to do: the migrations make what the manifest says.');
  else if (options['dryRun'] === true)
    for (const file of files) context.out(`-- ${path(file)}\n${file.text}`);
  else
    for (const file of files)
      context.out(
        `${write ? 'wrote' : 'would write'} ${path(file)}: ${file.draft.up.length} statements${file.draft.downLoss.length > 0 ? context.outColour.red(' (loses data)') : ''}`,
      );
  return options['check'] === true && files.length > 0 ? 1 : 0;
}
