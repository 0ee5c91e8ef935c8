/** `dbctl migrate --adopt`: what a database has already is recorded as applied, once it is proven to be what the migrations make. */
import { describeChange, differences } from '../core/compare/managed.ts';
import { acrossMajors } from '../core/compare/majors.ts';
import { structureSql } from '../core/adopt/sql.ts';
import { compareVersions } from '../core/migration/version.ts';
import type { Catalog } from '../core/model/catalog.ts';
import type { Change } from '../core/model/change.ts';
import { KnownError } from '../core/model/problem.ts';
import { withConnection } from '../db/connect.ts';
import { introspect } from '../db/introspect/introspect.ts';
import { migrate, planMigrate, type Source } from '../db/migrate/migrate.ts';
import type { Context, ExitStatus } from './context.ts';
import { named, runOptions, sitesOf } from './migration-run.ts';
import { problemText } from './report-error.ts';
import { replayedState, stateOf } from './states.ts';
import type { Project, Target } from './target.ts';

export interface AdoptOptions {
  /** The last version to record; undefined: all. */
  readonly to: string | undefined;
  readonly isDry: boolean;
  /** Whether what is in the database only stands in the way. */
  readonly allowsExtra: boolean;
}

/**
 * Writes the history and nothing else.
 * @returns 1 when a database is not what the migrations make: then nothing is recorded.
 */
export async function adoptDatabases(
  context: Context,
  targets: readonly Target[],
  project: Project,
  source: Source,
  { to, isDry, allowsExtra }: AdoptOptions,
): Promise<ExitStatus> {
  const sites = sitesOf(targets, project);
  const pending = await planMigrate(sites, source, to);
  const changes: Change[] = [];
  for (const target of pending.length === 0 ? [] : targets)
    changes.push(...(await differencesOf(context, target, project, source, to)));
  const found = changes.map((change) => describeChange(change, names));
  const isExtra = changes.every(({ op }) => op === 'create');
  const isRefused = found.length > 0 && !(isExtra && allowsExtra);
  const write = !isRefused && !isDry;
  const { done, remaining } = write
    ? await migrate(sites, source, to, { ...runOptions(context, source, true), recordOnly: true })
    : { done: [], remaining: pending.map(({ database, file }) => named({ ...file, database })) };
  if (context.global.format === 'json') {
    const dry = isDry && !isRefused ? { dryRun: true, sql: [] } : {};
    const report = {
      version: 1,
      command: 'migrate',
      applied: done,
      remaining,
      adopted: write,
      differences: found,
      ...dry,
    };
    context.out(JSON.stringify(report, null, 2));
  } else if (isRefused) {
    context.out(
      [
        context.outColour.red(
          `Nothing is recorded: the database is not what the migrations make, in ${found.length} ${found.length === 1 ? 'point' : 'points'}:`,
        ),
        ...found.map((each) => `  ${each}`),
        '',
        isExtra
          ? 'All of it is in the database only. If it may stay there, beside what the migrations make: --allow-extra'
          : 'Write into the desired state what the database has (dbctl generate makes migrations of it), or mend the database.',
      ].join('\n'),
    );
  } else if (pending.length === 0) context.out('Nothing to do: every migration is recorded.');
  else if (isDry)
    context.out(`The database is what the migrations make. ${pending.length} would be recorded as applied.`);
  else context.out(`Recorded ${done.length} as applied, without running them; ${remaining.length} pending.`);
  return isRefused ? 1 : 0;
}

const names = { wanted: 'the migrations', live: 'the database' };

async function differencesOf(
  context: Context,
  { database, address }: Target,
  project: Project,
  { files }: Source,
  to: string | undefined,
): Promise<readonly Change[]> {
  const { manifest } = project;
  const chosen = files.filter(({ version }) => to === undefined || compareVersions(version, to) <= 0);
  const reading = { applicationName: 'dbctl migrate', readOnly: true };
  const live = await withConnection(address, reading, introspect);
  for (const { object, why } of live.notAnalysed)
    context.log(problemText({ message: `not compared: ${object}: ${why}` }, context, 'warning'));
  const replayed = await replayedState(context, project, chosen, database);
  const sides = { manifest, database };
  const found = differences(...(await acrossMajors(replayed, live)), sides);
  return found.length > 0 && major(replayed) !== major(live)
    ? confirmed(context, project, database, live, replayed, found)
    : found;
}

const major = ({ serverVersion }: Catalog) => Math.floor(serverVersion / 10_000);

/** Servers of different majors print one definition differently: what differs is made on one server from what the other printed, and compared there. */
async function confirmed(
  context: Context,
  { manifest }: Project,
  database: string,
  live: Catalog,
  replayed: Catalog,
  found: readonly Change[],
): Promise<readonly Change[]> {
  const made = await stateOf(context, manifest, database, structureSql(manifest, live)).catch(
    (error: unknown) => {
      if (error instanceof KnownError && error.status === 2) return undefined;
      throw error;
    },
  );
  if (made === undefined) return found;
  const still = differences(replayed, made, { manifest, database });
  const isStill = (change: Change) =>
    still.some(
      (each) => JSON.stringify(idOf(each)) === JSON.stringify(idOf(change)) && each.op === change.op,
    );
  return found.filter((change) => change.op !== 'alter' || isStill(change));
}

const idOf = (change: Change) => (change.op === 'alter' ? change.id : change.entry.id);
