/**
 * The manifest's expansion: from domains, roles and grants to the entries that a database must have of them. The
 * introspection of a live database yields the same types, so that the two compare entry by entry.
 */
import type { Catalog } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type Key, keyOf } from '../model/id.ts';
import { domainsIn } from './domain-of.ts';
import type { Manifest } from './manifest.ts';
import { objectsByDomain } from './resolve/domain-objects.ts';
import type { Expected } from './resolve/expected.ts';
import { expectGrant } from './resolve/grants.ts';
import { expectOwners } from './resolve/owners.ts';
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
  const all = new Map<Key, Expected>();
  const add = (wanted: Iterable<Expected>) => {
    for (const expected of wanted) {
      const key = keyOf(expected.entry.id);
      const before = all.get(key);
      if (before === undefined || wins(expected, before)) all.set(key, expected);
    }
  };
  add(expectRoles(manifest, catalog.serverVersion));
  const domains = domainsIn(manifest, database).filter(({ schema }) => !isUnmanagedSchema(manifest, schema));
  const objects = objectsByDomain(manifest, catalog, database, domains);
  for (const each of objects.values()) add(expectOwners(manifest, catalog, each));
  for (const role of manifest.roles.values()) {
    if (isUnmanagedRole(manifest, role.name)) continue;
    for (const grant of role.grants) add(expectGrant({ catalog, objects }, grant, role.name));
  }
  for (const grant of manifest.public) add(expectGrant({ catalog, objects }, grant, 'public'));
  return all;
}

/** Of two declarations that want one privilege, the one with the grant option is the stronger; an owner's stay as they come. */
function wins({ entry, because }: Expected, before: Expected): boolean {
  if (because.as !== 'grant' || before.because.as !== 'grant') return false;
  return entry.attrs['grantable'] === true && before.entry.attrs['grantable'] !== true;
}
