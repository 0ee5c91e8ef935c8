/** Whether two databases hold the same, as far as a manifest is concerned: what is left alone, and what only a newer server has, aside. */
import type { PartitionAttributes } from '../kinds/parts.ts';
import { diff } from '../diff/diff.ts';
import { toldWith } from '../kinds/identity-privileges.ts';
import { partitionSets } from '../manifest/partition-sets.ts';
import { isHistory } from '../manifest/history-table.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { isUnmanagedRole, isUnmanagedSchema } from '../manifest/unmanaged.ts';
import { type Catalog, catalog, entriesOf } from '../model/catalog.ts';
import type { Change } from '../model/change.ts';
import type { Entry } from '../model/entry.ts';
import { type Id, type Key, keyOf, nameOf, objectOf, schemaOf } from '../model/id.ts';
import { isBesides } from '../model/scope.ts';
import { rolesOf, withOwnerOfPublic } from '../adopt/scope.ts';
import { isKnownTo } from './majors.ts';

export interface Sides {
  readonly manifest: Manifest;
  /** Key into the manifest's `databases`. */
  readonly database: string;
}

/**
 * @param wanted what the migrations or the desired state make.
 * @param live what there is.
 * @returns what is different; a dependent entry is not told beside the object that it is on.
 */
export function differences(wanted: Catalog, live: Catalog, sides: Sides): Change[] {
  const serverVersion = Math.min(wanted.serverVersion, live.serverVersion);
  const made = new Set(wanted.entries.keys());
  const [from, to] = [
    managed(wanted, serverVersion, sides, () => false),
    managed(live, serverVersion, sides, (table) => !made.has(table)),
  ];
  const changes = diff(from, to);
  const whole = new Set<Key>(
    changes.flatMap((change) =>
      change.op !== 'alter' && objectOf(change.entry.id) === change.entry.id ? [keyOf(change.entry.id)] : [],
    ),
  );
  return changes.filter((change) => {
    const id = change.op === 'alter' ? change.id : change.entry.id;
    const object = change.op === 'alter' ? objectOf(id) : toldWith(change.entry);
    return object === id || !whole.has(keyOf(object));
  });
}

/** @returns a difference in words. @param names what the two sides are called. */
export function describeChange(
  change: Change,
  names: { readonly wanted: string; readonly live: string },
): string {
  const text = ({ kind, ...rest }: Id) => `${kind.replaceAll('-', ' ')} ${nameOf({ kind, ...rest } as Id)}`;
  switch (change.op) {
    case 'create':
      return `${text(change.entry.id)} is in ${names.live} only`;
    case 'drop':
      return `${text(change.entry.id)} is in ${names.wanted} only`;
    case 'alter':
      return `${text(change.id)}: ${change.attr} is ${JSON.stringify(change.to)} in ${names.live}, ${JSON.stringify(change.from)} in ${names.wanted}`;
  }
}

/** @returns what of a database is the manifest's business, and known to both servers. @param isNew whether a partition has come since: partitions of a set come with time. */
function managed(
  of: Catalog,
  serverVersion: number,
  { manifest, database }: Sides,
  isNew: (table: Key) => boolean,
): Catalog {
  const known = new Set([...entriesOf(of, 'role')].map(({ id }) => id.name));
  const isLeftAlone = (role: string) => !role.startsWith('pg_') && isUnmanagedRole(manifest, role);
  const later = laterPartitions(of, manifest, database, isNew);
  const isKept = (entry: Entry): boolean => {
    const { id } = entry;
    const schema = schemaOf(id);
    if (isHistory(entry) || isBesides(id) || objectOf(id).kind === 'database') return false;
    if (schema !== undefined && isUnmanagedSchema(manifest, schema)) return false;
    if (
      later.has(keyOf(objectOf(id))) ||
      (id.kind === 'index' && later.has(tableKey(id.schema, entry.attrs['table'])))
    )
      return false;
    const roles = rolesOf(entry);
    if (roles.some(isLeftAlone)) return false;
    // The server's other roles are other databases' business; what they hold here is not.
    if (
      ['role', 'role-setting', 'membership'].includes(id.kind) ||
      ((id.kind === 'comment' || id.kind === 'security-label') && id.on.kind === 'role')
    )
      return roles.every((role) => manifest.roles.has(role) || !known.has(role));
    return isKnownTo(serverVersion, id);
  };
  const entries = withOwnerOfPublic([...of.entries.values()].filter(isKept), of.serverVersion).map(
    (entry): Entry => {
      if (entry.id.kind !== 'membership' || serverVersion >= 160000) return entry;
      return { ...entry, attrs: { admin: entry.attrs['admin'] ?? false } };
    },
  );
  return catalog(of.source, of.serverVersion, entries);
}

const tableKey = (schema: string, name: unknown): Key => keyOf({ kind: 'table', schema, name: String(name) });

function laterPartitions(
  of: Catalog,
  manifest: Manifest,
  database: string,
  isNew: (table: Key) => boolean,
): ReadonlySet<Key> {
  const parents = partitionSets(manifest, database);
  const later = new Set<Key>();
  for (const { id, attrs } of entriesOf<'partition', PartitionAttributes>(of, 'partition')) {
    const table = tableKey(id.schema, id.name);
    if (parents.has(tableKey(attrs.parentSchema, attrs.parentTable)) && isNew(table)) later.add(table);
  }
  return later;
}
