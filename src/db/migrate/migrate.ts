/** `migrate`, `rollback` and `status` in live databases: what is to be done is worked out in core, done here. */
import type { HistoryTable } from '../../core/migration/history.ts';
import { byVersion, fullName, type MigrationFile } from '../../core/migration/migration-file.ts';
import {
  type DomainHistory,
  type DomainStatus,
  inOrder,
  problemsOf,
  statusOf,
} from '../../core/migration/pending.ts';
import { type Reach, reversals } from '../../core/migration/take-back.ts';
import { compareVersions } from '../../core/migration/version.ts';
import { inputError, operationalError } from '../../core/model/problem.ts';
import { identifier } from '../../sql/quote.ts';
import { connect, type Connection } from '../connect.ts';
import { apply, type RunOptions, type Site, withWorkplaces, type Workplace } from './apply.ts';
import { dropEmptyHistory, readHistories } from './histories.ts';
import { type Loss, lossesOf } from './losses.ts';
import type { Done } from './progress.ts';
import type { Direction } from './runner.ts';

/** The migrations on disk, and the order of the domains (`domainOrder`). */
export interface Source {
  readonly files: readonly MigrationFile[];
  readonly domains: readonly string[];
}

/** What a run is asked, besides what every run is. */
export interface Consent {
  /** Called with what would be lost, before anything is done; throws to refuse. Not called when nothing would be. */
  readonly consent: (losses: readonly Loss[]) => Promise<void>;
}

export interface Outcome {
  readonly done: readonly Done[];
  /** What is left pending (migrate) or applied (rollback) in the selected domains. */
  readonly remaining: readonly Omit<Done, 'milliseconds'>[];
}

/** Something to be run: which migration, where. */
export interface Planned {
  readonly database: string;
  readonly history: HistoryTable;
  readonly file: MigrationFile;
  /** Whether its schema is not there and is made before it. */
  readonly makesSchema?: boolean;
}

/** Reads where every selected domain stands. Writes nothing. @throws KnownError (3) when a database cannot be reached. */
export async function readStatus(sites: readonly Site[], source: Source): Promise<DomainStatus[]> {
  return onlooking(sites, async (watched) => {
    const { selected, others } = await allHistories(watched, source);
    return statusOf(selected, others, source.domains);
  });
}

/**
 * @param to the last version to apply; default: all.
 * @returns the pending migrations in their order. Writes nothing.
 * @throws KnownError (2) when a history does not fit the files.
 */
export async function planMigrate(
  sites: readonly Site[],
  source: Source,
  to: string | undefined,
): Promise<Planned[]> {
  return onlooking(sites, async (watched) => {
    const planned = await pendingOf(watched, source, to);
    const made = new Set<string>();
    const result: Planned[] = [];
    for (const each of planned) {
      const { connection } = watched.find(({ database }) => database === each.database)!;
      const { schema } = each.history;
      const [row] = await connection.sql`SELECT to_regnamespace(${identifier(schema)}) IS NULL AS missing`;
      const makesSchema = row!['missing'] === true && !made.has(`${each.database} ${schema}`);
      made.add(`${each.database} ${schema}`);
      result.push({ ...each, makesSchema });
    }
    return result;
  });
}

/** @returns the migrations to take back, the newest first. Writes nothing. @throws KnownError (2) when one cannot be. */
export async function planRollback(sites: readonly Site[], source: Source, reach: Reach): Promise<Planned[]> {
  return onlooking(sites, (watched) => reversalsOf(watched, source, reach));
}

/**
 * Applies the pending migrations, each in a transaction of its own with its row in the history; with `recordOnly`, its row alone.
 * @throws KnownError (2) when a history does not fit the files, or consent is refused: then nothing is applied;
 * (3) when a statement fails: then what was applied before stands, and the message says so.
 */
export async function migrate(
  sites: readonly Site[],
  source: Source,
  to: string | undefined,
  options: RunOptions & Consent,
): Promise<Outcome> {
  return withWorkplaces(sites, 'migrate', options, async (places) => {
    const planned = await pendingOf(places, source, to);
    if (options.recordOnly !== true) await askConsent(places, planned, 'up', options);
    const done = await runAll(places, planned, 'up', options);
    const { selected } = await allHistories(places, source);
    const left = statusOf(selected, [], source.domains);
    return {
      done,
      remaining: inOrder(left, source.domains).map((file) => ({
        domain: file.domain,
        database: left.find(({ domain }) => domain === file.domain)!.database,
        version: file.version,
        name: file.name,
      })),
    };
  });
}

/**
 * Takes applied migrations back, the newest first, each in a transaction of its own.
 * @throws KnownError as `migrate` does.
 */
export async function rollback(
  sites: readonly Site[],
  source: Source,
  reach: Reach,
  options: RunOptions & Consent,
): Promise<Outcome> {
  return withWorkplaces(sites, 'rollback', options, async (places) => {
    const planned = await reversalsOf(places, source, reach);
    await askConsent(places, planned, 'down', options);
    const done = await runAll(places, planned, 'down', options);
    const { selected } = await allHistories(places, source);
    const order = byVersion(source.domains);
    const remaining = selected
      .flatMap(({ domain, database, applied }) =>
        applied.map(({ version, name }) => ({ domain, database, version, name })),
      )
      .toSorted(order);
    return { done, remaining };
  });
}

type Watched = Pick<Workplace, 'database' | 'connection' | 'histories' | 'others'>;

async function onlooking<T>(
  sites: readonly Site[],
  use: (watched: readonly Watched[]) => Promise<T>,
): Promise<T> {
  const connections: Connection[] = [];
  try {
    const watched: Watched[] = [];
    for (const { address, ...site } of sites) {
      const connection = await connect(address, { applicationName: 'dbctl status', readOnly: true });
      connections.push(connection);
      watched.push({ ...site, connection });
    }
    return await use(watched);
  } finally {
    await Promise.all(connections.map((connection) => connection.close()));
  }
}

async function allHistories(
  places: readonly Watched[],
  { files }: Source,
): Promise<{ selected: DomainHistory[]; others: DomainHistory[] }> {
  const selected: DomainHistory[] = [];
  const others: DomainHistory[] = [];
  for (const place of places) {
    selected.push(...(await readHistories(place.connection, place.database, place.histories, files)));
    others.push(...(await readHistories(place.connection, place.database, place.others, files)));
  }
  return { selected, others };
}

async function pendingOf(
  places: readonly Watched[],
  source: Source,
  to: string | undefined,
): Promise<Planned[]> {
  if (to !== undefined && !source.files.some(({ version }) => compareVersions(version, to) === 0))
    throw inputError({
      message: `--to ${to}: no migration has this version`,
      help: 'Name the version of a migration, as dbctl status shows it.',
    });
  const { selected, others } = await allHistories(places, source);
  const statuses = statusOf(selected, others, source.domains);
  const problems = statuses.flatMap((status) => problemsOf(status));
  if (problems.length > 0) throw inputError(...problems);
  return inOrder(statuses, source.domains)
    .filter(({ version }) => to === undefined || compareVersions(version, to) <= 0)
    .map((file) => ({ ...homeOf(places, file.domain), file }));
}

async function reversalsOf(places: readonly Watched[], source: Source, reach: Reach): Promise<Planned[]> {
  const { selected, others } = await allHistories(places, source);
  return reversals(selected, others, source.domains, reach).map(({ file }) => ({
    ...homeOf(places, file.domain),
    file,
  }));
}

function homeOf(places: readonly Watched[], domain: string): Pick<Planned, 'database' | 'history'> {
  for (const { database, histories } of places) {
    const history = histories.find((each) => each.domain === domain);
    if (history !== undefined) return { database, history };
  }
  throw new Error(`domain ${domain} is in none of the databases`);
}

async function askConsent(
  places: readonly Workplace[],
  planned: readonly Planned[],
  direction: Direction,
  { consent }: Consent,
): Promise<void> {
  const losses: Loss[] = [];
  for (const { database, file, history } of planned) {
    const { connection } = places.find((place) => place.database === database)!;
    losses.push(...(await lossesOf(connection, file, direction, history.schema)));
  }
  if (losses.length > 0) await consent(losses);
}

async function runAll(
  places: readonly Workplace[],
  planned: readonly Planned[],
  direction: Direction,
  options: RunOptions,
): Promise<Done[]> {
  const done: Done[] = [];
  const word = direction === 'up' ? 'applied' : 'taken back';
  for (const { database, history, file } of planned) {
    const place = places.find((each) => each.database === database)!;
    if (options.signal.aborted)
      throw operationalError({
        message: `stopped before ${file.domain}/${fullName(file)}; ${done.length} of ${planned.length} migrations are ${word}`,
        help: 'Run the command again to go on.',
      });
    const tidy = () => dropEmptyHistory(place.session, history);
    try {
      const milliseconds = await apply(place, history, file, direction, done.length, options);
      done.push({
        domain: file.domain,
        database,
        version: file.version,
        name: file.name,
        milliseconds: Math.round(milliseconds),
      });
    } catch (error) {
      // A first migration outside a transaction leaves its history behind; the failure is what counts.
      await tidy().catch(() => {});
      throw error;
    }
    if (direction === 'down') await tidy();
    options.progress.done(done.at(-1)!, direction);
  }
  return done;
}
