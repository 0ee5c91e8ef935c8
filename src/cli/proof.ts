/** Before `generate` writes migrations: they are tried on a shadow. What they do not prove is kept, and nothing is written. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { portable } from '../core/compare/portable.ts';
import { asLeftToServer } from '../core/manifest/desired.ts';
import { domainsIn } from '../core/manifest/domain-of.ts';
import { clusterHistory } from '../core/migration/history.ts';
import { parseMigration } from '../core/migration/header.ts';
import type { MigrationFile } from '../core/migration/migration-file.ts';
import type { Catalog } from '../core/model/catalog.ts';
import { operationalError } from '../core/model/problem.ts';
import type { NumberedDraft } from '../core/plan/migrations.ts';
import { plan, type PlanOptions } from '../core/plan/plan.ts';
import { type Trial, tryOut } from '../db/prove/trial.ts';
import { type MigrationToWrite, migrationPath } from '../files/migrations/write.ts';
import type { Context } from './context.ts';
import { shown } from './shown-path.ts';
import { onReplayed, readState } from './states.ts';
import type { Project } from './target.ts';

/** What the migrations of one database must come to. */
export interface Goal {
  readonly database: string;
  /** The migrations that are there already. */
  readonly existing: readonly MigrationFile[];
  readonly before: Catalog;
  /** @returns the state that is wanted, and what of a catalog is compared with it. */
  readonly to: Catalog;
  readonly comparable: (reached: Catalog) => Catalog;
  readonly options: PlanOptions;
}

export type NewMigration = MigrationToWrite & Pick<NumberedDraft, 'draft'>;

/** Tries the migrations, database by database. @throws KnownError (3) that names the folder with the evidence. */
export async function prove(
  context: Context,
  project: Project,
  migrations: readonly NewMigration[],
  goals: readonly Goal[],
): Promise<void> {
  if (migrations.length === 0) return;
  const began = performance.now();
  context.log(
    `Proving ${migrations.length === 1 ? 'the migration' : `${migrations.length} migrations`} on a shadow …`,
  );
  for (const goal of goals) {
    const found = await proveOne(context, project, migrations, goal);
    if (found.length === 0) continue;
    const folder = join(project.directory, '.dbctl', 'proofs', migrations[0]!.version);
    await keep(folder, migrations, found);
    throw operationalError({
      message: `the migrations do not what they should, and none is written: ${found[0]!}${found.length > 1 ? ` (and ${found.length - 1} more)` : ''}`,
      help: `See ${shown(folder)}: the migrations, and what was found of them. Report it; --no-prove writes them all the same.`,
    });
  }
  context.debug(`proven in ${Math.round(performance.now() - began)} ms`);
}

async function proveOne(
  context: Context,
  project: Project,
  migrations: readonly NewMigration[],
  { database, existing, before, to, comparable, options }: Goal,
): Promise<string[]> {
  const domains = domainsIn(project.manifest, database);
  const trials = migrations.flatMap(({ domain, version, name, text, draft }): Trial[] => {
    const schema =
      domain === clusterHistory.domain
        ? clusterHistory.schema
        : domains.find((each) => each.name === domain)?.schema;
    return schema === undefined
      ? []
      : [{ name: `${domain}/${version}_${name}`, schema, draft, parsed: parseMigration(text) }];
  });
  return onReplayed(context, project, existing, database, async (connection) => {
    const read = () => readState(connection, 'the new migrations');
    return tryOut(connection, trials, {
      afterUp: async () => {
        const reached = comparable(await read());
        return left(reached, asLeftToServer(to, reached), options, 'the desired state');
      },
      afterDown: async () => left(await read(), before, options, 'the state before'),
    });
  });
}

/** @returns the statements that would still be needed to get there. */
function left(reached: Catalog, goal: Catalog, options: PlanOptions, name: string): string[] {
  const statements = plan(...portable(reached, goal), options).flatMap((step) => step.statements);
  return statements.map(({ sql }) => `${name} is not reached; it would take: ${sql.replaceAll(/\s+/g, ' ')}`);
}

async function keep(
  folder: string,
  migrations: readonly NewMigration[],
  found: readonly string[],
): Promise<void> {
  const files = migrations.map(({ domain, version, name, text }): [string, string] => [
    join('migrations', migrationPath({ domain, version, name })),
    text,
  ]);
  for (const [name, text] of [
    ...files,
    ['found.txt', found.map((each) => `- ${each}\n`).join('')] as const,
  ]) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}
