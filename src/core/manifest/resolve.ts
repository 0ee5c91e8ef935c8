/**
 * The manifest's expansion: from domains, roles and grants to the entries that a database must have of them. The
 * introspection of a live database yields the same types, so that the two compare entry by entry.
 */
import type { Catalog } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type Key, type ObjectId, type SchemaId, keyOf } from '../model/id.ts';
import { domainsIn } from './domain-of.ts';
import type { GrantDeclaration, Manifest } from './manifest.ts';
import { type DomainObjects, objectsByDomain } from './resolve/domain-objects.ts';
import type { Expected } from './resolve/expected.ts';
import { type WantedGrants, eachOf, grantsWanted, justUsage } from './resolve/grants.ts';
import { expectOwner, ownable } from './resolve/owners.ts';
import { expectRoles } from './resolve/roles.ts';
import { isUnmanagedRole, isUnmanagedSchema } from './unmanaged.ts';

/**
 * @param catalog whose objects are granted on: the desired shadow's, or the live one. Only its objects and owners are read.
 * @param database key into the manifest's `databases`: the domains that lie there are meant; roles, always all.
 * @returns roles, role settings, memberships, owners (where a domain names one), the privileges that come with
 * ownership, grants, and default privileges. They are all that is wanted of these kinds on the domains' objects; what
 * the manifest leaves unmanaged is not among them.
 */
export function resolve(manifest: Manifest, catalog: Catalog, database: string): Entry[] {
  return [...expectations(manifest, catalog, database).values()].map(({ entry }) => entry);
}

/** The same by key, each with the declaration that wants it; of several that want one entry, the first. */
export function expectations(
  manifest: Manifest,
  catalog: Catalog,
  database: string,
): ReadonlyMap<Key, Expected> {
  return writtenOut(wantedIn(manifest, catalog, database));
}

/** What the manifest wants, before it is written out entry by entry: most of it is granted on many objects alike. */
export interface Wanted {
  readonly manifest: Manifest;
  readonly catalog: Catalog;
  /** All objects of the domains there, by the domain's name. */
  readonly objects: ReadonlyMap<string, DomainObjects>;
  readonly roles: readonly Expected[];
  readonly owned: readonly OwnedObject[];
  /** And default privileges. */
  readonly grants: readonly (WantedGrants | Expected)[];
}
export interface OwnedObject {
  readonly on: ObjectId;
  readonly objects: DomainObjects;
}

export function wantedIn(manifest: Manifest, catalog: Catalog, database: string): Wanted {
  const all = objectsByDomain(manifest, catalog, database, domainsIn(manifest, database));
  const objects = new Map([...all].filter(([, { domain }]) => !isUnmanagedSchema(manifest, domain.schema)));
  const grants: (WantedGrants | Expected)[] = [];
  const declare = (declarations: readonly GrantDeclaration[], to: string) => {
    const usable = new Set<string>();
    for (const each of declarations)
      for (const wanted of grantsWanted({ catalog, objects }, each, to)) {
        // Each target brings USAGE on its schema with it.
        if (!('entry' in wanted) && isUsage(wanted)) {
          if (usable.has(wanted.on.name)) continue;
          usable.add(wanted.on.name);
        }
        grants.push(wanted);
      }
  };
  for (const role of manifest.roles.values())
    if (!isUnmanagedRole(manifest, role.name)) declare(role.grants, role.name);
  declare(manifest.public, 'public');
  return {
    manifest,
    catalog,
    objects: all,
    roles: [...expectRoles(manifest, catalog.serverVersion)],
    owned: [...objects.values()].flatMap((each) => ownable(each).map((on) => ({ on, objects: each }))),
    grants,
  };
}

const isUsage = (wanted: WantedGrants): wanted is WantedGrants & { readonly on: SchemaId } =>
  wanted.on.kind === 'schema' && !wanted.grantable && wanted.privileges === justUsage;

/** @param isMeant asked of objects: what is wanted on the others is left out. Default: all are meant. */
export function writtenOut(
  { manifest, catalog, roles, owned, grants }: Wanted,
  isMeant: (on: ObjectId) => boolean = () => true,
): Map<Key, Expected> {
  const all = new Map<Key, Expected>();
  const add = (expected: Expected) => {
    const key = keyOf(expected.entry.id);
    const before = all.get(key);
    if (before === undefined || wins(expected, before)) all.set(key, expected);
  };
  roles.forEach(add);
  for (const { on, objects } of owned)
    if (isMeant(on)) for (const expected of expectOwner(manifest, catalog, objects, on)) add(expected);
  for (const wanted of grants)
    if ('entry' in wanted) add(wanted);
    else if (isMeant(wanted.on)) for (const expected of eachOf(wanted)) add(expected);
  return all;
}

/** Of two declarations that want one privilege, the one with the grant option is the stronger; an owner's stay as they come. */
function wins({ entry, because }: Expected, before: Expected): boolean {
  if (because.as !== 'grant' || before.because.as !== 'grant') return false;
  return entry.attrs['grantable'] === true && before.entry.attrs['grantable'] !== true;
}
