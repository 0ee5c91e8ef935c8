/** The desired state: what the desired SQL made on a shadow, and what the manifest says of roles, owners and grants. */
import { withVersionOf } from '../compare/comparable.ts';
import { kindOf, ownReferences } from '../kinds/kinds.ts';
import { type Catalog, catalog, edgeSource, find } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type Key, keyOf } from '../model/id.ts';
import type { Manifest } from './manifest.ts';
import { securedTables } from './row-security.ts';
import { expectations } from './resolve.ts';

/**
 * @param loaded the catalog of the shadow that the desired SQL was loaded into, without its superuser.
 * @param current the catalog to be changed: what the manifest leaves to the server stays as it is there.
 * @param database key into the manifest's `databases`.
 */
export function desiredCatalog(
  manifest: Manifest,
  loaded: Catalog,
  current: Catalog,
  database: string,
): Catalog {
  const entries = new Map<Key, Entry>();
  const put = (entry: Entry) => entries.set(keyOf(entry.id), entry);
  for (const entry of loaded.entries.values()) if (!isManifests(entry)) put(leftToServer(entry, current));
  for (const domain of manifest.domains.values()) {
    if (domain.description === undefined || domain.database !== database || domain.isolation !== 'schema')
      continue;
    const on = { kind: 'schema', name: domain.schema } as const;
    if (find(loaded, on) !== undefined)
      put({ id: { kind: 'comment', on }, attrs: { text: domain.description } });
  }
  for (const { name, comment } of manifest.roles.values())
    if (comment !== undefined)
      put({ id: { kind: 'comment', on: { kind: 'role', name } }, attrs: { text: comment } });
  const expected = [...expectations(manifest, loaded, database).values()];
  for (const { entry } of expected)
    for (const gone of ownPrivilegesBefore(entry, loaded)) entries.delete(gone);
  for (const { entry, because } of expected)
    if (because.as !== 'default' || !isSaidBySql(entry, loaded)) put(leftToServer(entry, current));
  const isSecured = securedTables(manifest, database);
  const all = [...entries.values()].map((entry) =>
    isSecured(entry.id) ? { ...entry, attrs: { ...entry.attrs, rowSecurity: true } } : entry,
  );
  const edges = { own: ownReferences, told: edgeSource(loaded).told };
  return catalog('the desired state', loaded.serverVersion, all, edges, loaded.notAnalysed);
}

/** Roles exist on the shadow only so that the SQL may name them: what they are like, the manifest says. */
const isManifests = ({ id }: Entry): boolean =>
  id.kind === 'role' || id.kind === 'role-setting' || id.kind === 'membership';

/** Of what comes without any GRANT, the SQL may have revoked some: it has the last word where it knows the holder. */
function isSaidBySql({ id }: Entry, loaded: Catalog): boolean {
  if (id.kind !== 'grant') return false;
  if (id.to === 'public' || find(loaded, id) !== undefined) return true;
  return find(loaded, { kind: 'owner', on: id.on })?.attrs['role'] === id.to;
}

/** What an object's owner of before held by owning it, and holds no longer when the manifest names another. */
function ownPrivilegesBefore(entry: Entry, loaded: Catalog): readonly Key[] {
  const before = entry.id.kind === 'owner' ? find(loaded, entry.id) : undefined;
  if (before === undefined || before.attrs['role'] === entry.attrs['role']) return [];
  return (kindOf(before.id).implies?.(before, loaded) ?? []).map(({ id }) => keyOf(id));
}

/** @returns the desired state, where what it leaves to the server is as `there`. */
export function asLeftToServer(desired: Catalog, there: Catalog): Catalog {
  const entries = [...desired.entries.values()].map((entry) => leftToServer(entry, there));
  return catalog(desired.source, desired.serverVersion, entries, edgeSource(desired), desired.notAnalysed);
}

/** A membership option that the manifest does not set is no difference, nor the version of an extension that the SQL does not. */
function leftToServer(entry: Entry, current: Catalog): Entry {
  const there = find(current, entry.id);
  if (entry.aside?.['isDefault'] === true && there !== undefined) return withVersionOf(entry, there);
  if (entry.id.kind !== 'membership') return entry;
  const now = there?.attrs ?? {};
  const { inherit, set } = entry.attrs;
  return {
    ...entry,
    attrs: { ...entry.attrs, inherit: inherit ?? now['inherit'] ?? null, set: set ?? now['set'] ?? null },
  };
}
