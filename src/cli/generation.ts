/** What `generate` would write: per database the two states, compared and cut into migrations. */
import { usesOf } from '../core/bodies/uses.ts';
import { oldestSupported, portable } from '../core/compare/portable.ts';
import { domainsIn } from '../core/manifest/domain-of.ts';
import type { Manifest } from '../core/manifest/manifest.ts';
import { type Placement, placement } from '../core/manifest/placement.ts';
import type { MigrationFile } from '../core/migration/migration-file.ts';
import { domainOrder } from '../core/migration/order.ts';
import { clusterDomain, compareVersions, isVersion, versionOf } from '../core/migration/version.ts';
import { isGivenByDefault } from '../core/kinds/identity-privileges.ts';
import { ownReferences } from '../core/kinds/kinds.ts';
import { type Catalog, catalog, edgeSource } from '../core/model/catalog.ts';
import type { Entry } from '../core/model/entry.ts';
import { type Id, nameOf, objectOf } from '../core/model/id.ts';
import { inputError, type Problem } from '../core/model/problem.ts';
import { migrations, type NumberedDraft } from '../core/plan/migrations.ts';
import type { PlanOptions } from '../core/plan/plan.ts';
import type { Context } from './context.ts';
import type { Goal } from './proof.ts';
import { readProjectMigrations } from './migration-files.ts';
import { renameDrafts, renamed } from './renames.ts';
import { desiredState, replayedState, requireModelled } from './states.ts';
import { clusterHome, inTheirOrder, type Project } from './target.ts';

/** The migrations that are missing, for all databases, in the order in which they run, and what they must come to. */
export interface Pending {
  readonly migrations: readonly NumberedDraft[];
  readonly goals: readonly Goal[];
}

/** @param given `--version-stamp`. */
export async function pendingMigrations(
  context: Context,
  project: Project,
  given: string | undefined,
): Promise<Pending> {
  const { manifest } = project;
  const existing = await readProjectMigrations(project, domainOrder(manifest));
  let stamp = stampOf(given, existing, context.now());
  const newest = new Map<string, string>();
  for (const { domain, version } of existing) newest.set(domain, version);
  const all: NumberedDraft[] = [];
  const goals: Goal[] = [];
  const home = clusterHome(manifest);
  for (const database of inTheirOrder(manifest)) {
    const began = performance.now();
    if (domainsIn(manifest, database).length === 0) continue;
    const replayed = replayedState(context, project, existing, database);
    const [before, to] = await Promise.all([replayed, desiredState(context, project, replayed, database)]);
    requireModelled(before);
    requireModelled(to);
    const { from: there, renames } = await renamed(context, project, database, before, to, (sequel) =>
      replayedState(context, project, existing, database, { sequel }),
    );
    // Roles belong to the whole server: the migrations of one database make them for all.
    const isHome = database === home;
    const from = isHome ? there : withRolesOf(to, there);
    const rest = isHome ? clusterDomain : domainsIn(manifest, database)[0]!.name;
    const placed = placement(manifest, database, [to, from], rest);
    requireDomains(to, placed);
    const inDomain = (id: Id) => placed(id) ?? rest;
    for (const draft of renameDrafts(renames, inDomain, newest)) {
      const version = versionOf(stamp);
      all.push({ version, draft });
      newest.set(draft.domain, version);
      stamp = new Date(stamp.getTime() + 1);
    }
    const options: PlanOptions = {
      domainOf: inDomain,
      uses: (await Promise.all([usesOf(from), usesOf(to)])).flatMap((each) => each.uses),
      online: manifest.online,
      oldestServer: oldestSupported,
      leaves: (id) => isGivenByDefault(to, id),
      // The runner makes a domain's schema and takes it away again, because the history lies in it.
      leaveOut: (change) => change.op === 'drop' && isHomeOfDomain(manifest, change.entry.id),
    };
    const drafts = migrations(...portable(from, to), options, stamp, newest);
    const comparable = (reached: Catalog) => (isHome ? reached : withRolesOf(to, reached));
    goals.push({ database, existing, before, to, comparable, options });
    all.push(...drafts);
    for (const { version, draft } of drafts) newest.set(draft.domain, version);
    stamp = new Date(stamp.getTime() + drafts.length);
    context.debug(
      `${database}: compared ${to.entries.size} entries in ${Math.round(performance.now() - began)} ms`,
    );
  }
  return { migrations: all, goals };
}

/** Now, or as given; but later than every version there is, so that what is generated runs last. */
function stampOf(given: string | undefined, existing: readonly MigrationFile[], now: Date): Date {
  const latest = existing.at(-1)?.version;
  if (given !== undefined) {
    if (!isVersion(given))
      throw inputError({
        message: `--version-stamp ${given} is no version`,
        help: 'Write a UTC time as 17 digits: 20261121093000000.',
      });
    if (latest !== undefined && compareVersions(given, latest) <= 0)
      throw inputError({
        message: `--version-stamp ${given} is not later than ${latest}, which is there already`,
        help: 'Give a later time.',
      });
    return timeOf(given);
  }
  if (latest === undefined || compareVersions(versionOf(now), latest) > 0) return now;
  return new Date(timeOf(latest).getTime() + 1);
}

function timeOf(version: string): Date {
  const [year, month, day, hour, minute, second, millisecond] = version
    .padEnd(17, '0')
    .match(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/)!
    .slice(1);
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millisecond}Z`);
}

/** The catalog with the roles, settings and memberships of another. */
function withRolesOf(other: Catalog, of: Catalog): Catalog {
  const isRoles = ({ id }: Entry) => {
    const { kind } = objectOf(id);
    return kind === 'role' || kind === 'membership' || kind === 'parameter';
  };
  const entries = [
    ...[...of.entries.values()].filter((entry) => !isRoles(entry)),
    ...[...other.entries.values()].filter(isRoles),
  ];
  return catalog(
    of.source,
    of.serverVersion,
    entries,
    { own: ownReferences, told: edgeSource(of).told },
    of.notAnalysed,
  );
}

const isHomeOfDomain = (manifest: Manifest, id: Id): boolean =>
  id.kind === 'schema' && [...manifest.domains.values()].some(({ schema }) => schema === id.name);

function requireDomains(state: Catalog, placed: Placement): void {
  const problems: Problem[] = [];
  for (const { id } of state.entries.values())
    if (objectOf(id) === id && placed(id) === undefined)
      problems.push({
        message: `${id.kind} ${nameOf(id)}, in ${state.source}, lies in no domain`,
        help: 'Put it into a domain’s schema (or give it the domain’s prefix), or declare a domain for its schema.',
      });
  if (problems.length > 0) throw inputError(...problems);
}
