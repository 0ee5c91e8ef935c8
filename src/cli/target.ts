/**
 * From the command line to the databases: which manifest, which domains, which database each lies in, and how
 * it is reached. Everything that talks to a live database comes through here.
 */
import { closest } from '../core/closest.ts';
import { domainsIn } from '../core/manifest/domain-of.ts';
import type { Domain, Manifest } from '../core/manifest/manifest.ts';
import { clusterDomain } from '../core/migration/version.ts';
import { inputError } from '../core/model/problem.ts';
import { type Address, isSameServer, parseAddress } from '../db/connect.ts';
import { useEmbedded } from '../db/server/embedded.ts';
import { findManifest } from '../files/manifest/find.ts';
import { readManifest } from '../files/manifest/read.ts';
import type { Context } from './context.ts';
import { problemText } from './report-error.ts';

/** The manifest that the command works under, read and free of problems. */
export type Project = Awaited<ReturnType<typeof readManifest>>;

/** One database, and what of it the command is about. */
export interface Target {
  /** Its key in the manifest's `databases`. */
  readonly database: string;
  readonly address: Address;
  /** The selected domains that lie in it, in the manifest's order; never an external one. */
  readonly domains: readonly Domain[];
  /** Whether `_cluster` (roles, memberships) is selected and kept in this database. */
  readonly cluster: boolean;
  /** Whether it is the embedded PostgreSQL. */
  readonly embedded: boolean;
  /** Where the databases lie on several servers, the first of those on its own; undefined on the server of the first of all. */
  readonly server: string | undefined;
}

/** Reads the project's manifest, and logs what may be a mistake in it. What has expired stops `validate`, and no deployment. @throws KnownError (2) with every problem there is in it, or when there is no manifest. */
export async function openProject(
  context: Context,
  options: { readonly expired?: 'error' | 'warning' } = { expired: 'warning' },
): Promise<Project> {
  const file = await findManifest(context.cwd, context.global.manifest);
  if (file === undefined)
    throw inputError({
      message: `there is no dbctl.yaml in ${context.cwd} or above it`,
      help: 'Write one with `dbctl init`, or name one with --manifest.',
    });
  const project = await readManifest(file, context.env, context.now().toISOString().slice(0, 10), options);
  for (const warning of project.warnings) context.log(problemText(warning, context, 'warning'));
  return project;
}

/**
 * Reads the manifest, finds the databases of the selected domains (`--domain`; default: all) and hands them over.
 * A database is reached by, in this order: `--database-url`; the manifest's `databases.<name>.url`; `DATABASE_URL`
 * (for `main` only, or the only database); the embedded PostgreSQL, which is started, in which the database is made
 * when it is not there, and which is let go when `use` has ended, however it ends.
 *
 * @returns what `use` returns.
 * @throws KnownError (2) for an unknown or external `--domain`, for a bad URL, and for `--database-url` when the
 * selected domains lie in several databases.
 * @example await withTargets(context, async (targets, project) => { for (const { address } of targets) … })
 */
export async function withTargets<T>(
  context: Context,
  use: (targets: readonly Target[], project: Project) => Promise<T>,
): Promise<T> {
  const project = await openProject(context);
  const places = placesOf(project.manifest, context.global.domains);
  const urls = urlsOf(context, project.manifest, places);
  if (places.every(({ database }) => urls.has(database))) {
    const targets = places.map((place) => ({
      ...place,
      address: parseAddress(urls.get(place.database)!),
      embedded: false,
    }));
    return use(onServers(targets), project);
  }
  const server = await useEmbedded(project.directory, context.log);
  try {
    const targets: Omit<Target, 'server'>[] = [];
    for (const place of places) {
      const url = urls.get(place.database);
      if (url === undefined) await server.ensureDatabase(place.database);
      const address = url === undefined ? server.address(place.database) : parseAddress(url);
      targets.push({ ...place, address, embedded: url === undefined });
    }
    return await use(onServers(targets), project);
  } finally {
    await server.release();
  }
}

/** @returns for each of several servers the first of the databases there, in their order. */
export const onePerServer = (targets: readonly Target[]): Target[] =>
  targets.filter(({ database, server }, at) => at === 0 || server === database);

/** @returns the targets with the servers that they lie on. */
function onServers(targets: readonly Omit<Target, 'server'>[]): Target[] {
  return targets.map((target) => {
    const first = targets.find(({ address }) => isSameServer(address, target.address))!;
    return { ...target, server: first === targets[0] ? undefined : first.database };
  });
}

type Place = Pick<Target, 'database' | 'domains' | 'cluster'>;

/** The databases that the selected domains lie in, in their order. */
function placesOf(manifest: Manifest, selected: readonly string[]): Place[] {
  const { domains } = manifest;
  for (const name of selected) {
    if (name === clusterDomain) continue;
    const domain = domains.get(name);
    if (domain === undefined) {
      const near = closest(name, [...domains.keys(), clusterDomain]);
      throw inputError({
        message: `--domain ${name}: the manifest declares no such domain`,
        help:
          near === undefined
            ? `Name one of: ${[...domains.keys()].join(', ')}.`
            : `Write --domain ${near}, if you mean that.`,
      });
    }
    if (domain.isolation === 'external')
      throw inputError({
        message: `--domain ${name}: the domain is external (${domain.engine ?? 'not PostgreSQL'}); dbctl does not manage it`,
        help: 'Name a domain that lies in PostgreSQL.',
      });
  }
  const isSelected = (name: string) => selected.length === 0 || selected.includes(name);
  const home = clusterHome(manifest);
  const places: Place[] = [];
  for (const database of inTheirOrder(manifest)) {
    const inIt = domainsIn(manifest, database).filter(({ name }) => isSelected(name));
    const cluster = database === home && isSelected(clusterDomain);
    if (inIt.length > 0 || cluster) places.push({ database, domains: inIt, cluster });
  }
  return places;
}

/** @returns the database that keeps the history of roles, which belong to a whole server: of those that have domains `main`, or else the first. */
export function clusterHome(manifest: Manifest): string | undefined {
  const names = [...manifest.databases.keys()];
  const used = names.filter((database) => domainsIn(manifest, database).length > 0);
  const candidates = used.length === 0 ? names : used;
  return candidates.includes('main') ? 'main' : candidates[0];
}

/** @returns the databases' names: first the one whose migrations make the roles, then as in the manifest. */
export function inTheirOrder(manifest: Manifest): readonly string[] {
  const home = clusterHome(manifest);
  return [...new Set([...(home === undefined ? [] : [home]), ...manifest.databases.keys()])];
}

/** The connection URLs that somebody has given, by database. They are secrets. */
function urlsOf(
  context: Context,
  { databases }: Manifest,
  places: readonly Place[],
): ReadonlyMap<string, string> {
  const given = context.global.databaseUrl;
  const urls = new Map<string, string>();
  if (given !== undefined) {
    if (places.length > 1)
      throw inputError({
        message: `--database-url names one database, but the domains lie in ${places.length}: ${places.map(({ database }) => database).join(', ')}`,
        help: 'Add --domain <name> for domains of one database, or give each database a url in the manifest.',
      });
    for (const { database } of places) urls.set(database, given);
    return urls;
  }
  const fallback = context.env['DATABASE_URL'];
  for (const { name, url } of databases.values()) {
    if (url !== undefined && url !== '') urls.set(name, url);
    else if (fallback && (name === 'main' || databases.size === 1)) urls.set(name, fallback);
  }
  return urls;
}
