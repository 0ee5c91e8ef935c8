/** The live databases that an audit is about: those of the manifest, or without one that of --database-url. */
import { closest } from '../core/closest.ts';
import { type Access, accessOf } from '../core/access/effective.ts';
import { ambiguousObject, objectsNamed, unknownObject } from '../core/access/object-name.ts';
import type { World } from '../core/access/path.ts';
import { serversRoles } from '../core/access/predefined.ts';
import { domainOf } from '../core/manifest/domain-of.ts';
import { type Catalog, entriesOf } from '../core/model/catalog.ts';
import { type Id, type ObjectId, schemaOf } from '../core/model/id.ts';
import { inputError } from '../core/model/problem.ts';
import { type Address, type Connection, parseAddress, withConnection } from '../db/connect.ts';
import { introspect } from '../db/introspect/introspect.ts';
import { findManifest } from '../files/manifest/find.ts';
import type { Context } from './context.ts';
import { type Project, type Target, withTargets } from './target.ts';

/** One live database, read. */
export interface Live<T = unknown> extends World {
  readonly catalog: Catalog;
  readonly access: Access;
  /** What the manifest calls it. */
  readonly database: string;
  /** The domain that an entry belongs to; without a manifest, its schema. */
  readonly domainOf: (id: Id) => string | undefined;
  /** What was read besides. */
  readonly also: T;
}

/**
 * Reads the databases, each in one snapshot. What is in them that dbctl does not understand is logged.
 * @param also what else is to be read of each, on the same connection
 * @param complete what is to be added to each catalog
 */
export async function readLive<T = undefined>(
  context: Context,
  also?: (connection: Connection, world: World) => Promise<T>,
  complete?: (connection: Connection, catalog: Catalog) => Promise<Catalog>,
): Promise<Live<T>[]> {
  return withPlaces(context, async (places) => {
    const all: Live<T>[] = [];
    for (const { address, ...place } of places)
      all.push({ ...(await readOne(context, address, also, complete)), ...place });
    return all;
  });
}

/** A database, what the manifest calls it, and which domain an entry of it belongs to; without a manifest, its schema. */
export interface Place {
  readonly address: Address;
  readonly database: string;
  readonly domainOf: (id: Id) => string | undefined;
}

/** Finds the databases that a command is about, and hands them over: those of the manifest, or that of --database-url. */
export async function withPlaces<T>(
  context: Context,
  use: (
    places: readonly Place[],
    project?: { readonly project: Project; readonly targets: readonly Target[] },
  ) => Promise<T>,
): Promise<T> {
  const url = context.global.databaseUrl;
  if (url !== undefined && (await findManifest(context.cwd, context.global.manifest)) === undefined) {
    const address = parseAddress(url);
    return use([{ address, database: address.database, domainOf: schemaOf }]);
  }
  return withTargets(context, async (targets, project) => {
    const places = targets.map(({ address, database }) => ({
      address,
      database,
      domainOf: (id: Id) => domainOf(project.manifest, database, id)?.name,
    }));
    return use(places, { project, targets });
  });
}

async function readOne<T>(
  context: Context,
  address: Address,
  also: ((connection: Connection, world: World) => Promise<T>) | undefined,
  complete: ((connection: Connection, catalog: Catalog) => Promise<Catalog>) | undefined,
): Promise<Omit<Live<T>, 'domainOf' | 'database'>> {
  return withConnection(address, { applicationName: 'dbctl audit', readOnly: true }, async (connection) => {
    const read = await introspect(connection);
    const catalog = (await complete?.(connection, read)) ?? read;
    for (const { object, why } of catalog.notAnalysed) context.debug(`not analysed: ${object}: ${why}`);
    const world = { catalog, access: accessOf(catalog) };
    return { ...world, also: (await also?.(connection, world)) as T };
  });
}

/** @returns the role as the server calls it. @throws KnownError (2) when none of the servers has it. */
export function roleNamed(text: string, all: readonly Pick<World, 'catalog'>[]): string {
  if (text === 'public') return text;
  const known = new Set(serversRoles);
  for (const { catalog } of all) for (const { id } of entriesOf(catalog, 'role')) known.add(id.name);
  const bare = /^"(.*)"$/s.exec(text)?.[1]?.replaceAll('""', '"');
  for (const name of [text, bare]) if (name !== undefined && known.has(name)) return name;
  if (text.toLowerCase() === 'public') return 'public';
  const near = closest(text, known);
  throw inputError({
    message: `${text}: the server has no such role`,
    help:
      near === undefined
        ? `Name one of: ${[...known].filter((name) => !name.startsWith('pg_')).join(', ')}.`
        : `Write ${near}, if you mean that.`,
  });
}

/** @returns the one object that a person means, and the database that has it. @throws KnownError (2) for none or several. */
export function objectNamed<L extends Live>(
  text: string,
  all: readonly L[],
): { readonly live: L; readonly on: ObjectId } {
  const found = all.flatMap((live) => {
    const objects = objectsNamed(live.catalog, text);
    if (objects.length > 1) throw ambiguousObject(text, objects);
    return objects.map((on) => ({ live, on }));
  });
  if (found.length === 0)
    throw unknownObject(
      all.map(({ catalog }) => catalog),
      text,
    );
  if (found.length > 1)
    throw inputError({
      message: `${text} is in ${found.length} databases: ${found.map(({ live }) => live.catalog.source).join(', ')}`,
      help: 'Add --domain <name>: the database of that domain is asked.',
    });
  return found[0]!;
}
