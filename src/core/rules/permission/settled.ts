/**
 * Objects that have just the owner and the privileges that the manifest wants. Most of a database is so, and most of
 * it alike: one object of each shape is compared, and what is on the others is not written out.
 */
import type { Access } from '../../access/effective.ts';
import { type OwnedObject, type Wanted, writtenOut } from '../../manifest/resolve.ts';
import { owningColumn } from '../../manifest/resolve/domain-objects.ts';
import type { Expected, GrantReason } from '../../manifest/resolve/expected.ts';
import type { WantedGrants } from '../../manifest/resolve/grants.ts';
import { managedOwner } from '../../manifest/resolve/owners.ts';
import { type Catalog, closedBundles, find, keptOf, loose } from '../../model/catalog.ts';
import type { Bundle } from '../../model/entry-map.ts';
import { type GrantId, type Key, type ObjectId, keyOf } from '../../model/id.ts';
import { pushTo } from '../../model/push-to.ts';

export interface Settled {
  readonly has: (on: ObjectId) => boolean;
  /** @returns what is wanted on a settled object, by key; nothing for any other. */
  readonly wantedOn: (on: Key) => ReadonlyMap<Key, Expected>;
  /** What is wanted on all settled objects. */
  readonly wanted: () => Iterable<Expected>;
  /** Of which declarations there is something. */
  readonly granted: ReadonlySet<GrantReason>;
  /** The live catalog without the privileges on settled objects. */
  readonly rest: Catalog;
}

/** Nothing is settled: all is judged one by one. */
export const nothingSettled = (live: Catalog): Settled => ({
  has: () => false,
  wantedOn: () => new Map(),
  wanted: () => [],
  granted: new Set(),
  rest: live,
});

/**
 * @param wanted of this live catalog.
 * @returns the objects about whose owner and privileges no rule has anything to say.
 */
export function settledIn(wanted: Wanted, live: Catalog, access: Access): Settled {
  const acls = closedBundles(live).find(({ kinds }) => kinds.has('grant'))?.on;
  if (acls === undefined) return nothingSettled(live);
  const grants = new Map<Key, WantedGrants[]>();
  for (const each of wanted.grants) if (!('entry' in each)) pushTo(grants, keyOf(each.on), each);
  const told = toldApart(live);
  const verdicts = new Map<string, boolean>();
  const settled = new Map<Key, OwnedObject>();
  const besides = new Set<Key>();
  for (const owned of wanted.owned) {
    const { on, objects } = owned;
    const key = keyOf(on);
    const acl = acls.get(key);
    let isSettled = false;
    // What is usable at all hangs on the schemas, which are few.
    if (acl !== undefined && on.kind !== 'schema' && !told.has(key)) {
      const its = grants.get(key) ?? [];
      const owner = managedOwner(wanted.manifest, live, objects, on)?.role ?? '';
      const shape = [objects.domain.name, on.kind, owner, ...acl.texts, ...its.map(textOf)].join('\0');
      const before = verdicts.get(shape);
      isSettled = before ?? isAsWanted({ ...wanted, owned: [owned], grants: its }, live, access, acl);
      if (before === undefined) verdicts.set(shape, isSettled);
    }
    if (isSettled) settled.set(key, owned);
    else if (on.kind === 'sequence') {
      const column = owningColumn(live, on);
      // A serial column's sequence is told with its table.
      if (column !== undefined)
        besides.add(keyOf({ kind: 'table', schema: column.schema, name: column.table }));
    }
  }
  for (const key of besides) settled.delete(key);
  const granted = new Set<GrantReason>();
  for (const key of settled.keys()) for (const { because } of grants.get(key) ?? []) granted.add(because);
  return {
    has: (on) => settled.has(keyOf(on)),
    wantedOn: (on) => {
      const owned = settled.get(on);
      return owned === undefined
        ? new Map()
        : writtenOut({ ...wanted, roles: [], owned: [owned], grants: grants.get(on) ?? [] });
    },
    wanted: () => {
      const onObjects = wanted.grants.filter((each) => !('entry' in each));
      return writtenOut({ ...wanted, roles: [], grants: onObjects }, (on) => settled.has(keyOf(on))).values();
    },
    granted,
    rest: keptOf(
      live,
      () => true,
      ({ on }, kinds) => (kinds.has('grant') && settled.has(keyOf(on)) ? 'goes' : 'stays'),
    ),
  };
}

/** What of privileges is not in an ACL as the server has it. */
function toldApart(live: Catalog): ReadonlySet<Key> {
  const on = new Set<Key>();
  for (const [, { id }] of loose(live)) if (id.kind === 'grant' || id.kind === 'revoke') on.add(keyOf(id.on));
  return on;
}

const textOf = ({ to, grantable, privileges }: WantedGrants): string =>
  `${to}\x01${grantable}\x01${privileges.join('\x01')}`;

/** @param wanted of one object. */
function isAsWanted(wanted: Wanted, live: Catalog, access: Access, acl: Bundle): boolean {
  const [{ on, objects }] = wanted.owned as [OwnedObject];
  const key = keyOf(on);
  const expected = writtenOut({ ...wanted, roles: [] });
  let count = 0;
  for (const { entry } of expected.values()) {
    const { id, attrs } = entry;
    if (id.kind === 'owner' && keyOf(id.on) === key && find(live, id)?.attrs['role'] !== attrs['role'])
      return false;
    if (id.kind === 'grant' && keyOf(id.on) === key) count += 1;
  }
  const schema = { kind: 'schema', name: objects.domain.schema } as const;
  for (const { id, attrs } of acl.entries()) {
    count -= 1;
    const { to, privilege } = id as GrantId;
    if (expected.get(keyOf(id))?.entry.attrs['grantable'] !== attrs['grantable']) return false;
    if (to === 'public' || to === access.ownerOf(on)) continue;
    const users = [to, ...access.memberships.inheritorsOf(to)];
    const isUsable = users.some((role) => access.holds(role, 'usage', schema));
    const isBlind =
      privilege === 'insert' && !expected.has(keyOf({ ...(id as GrantId), privilege: 'select' }));
    if (!isUsable || isBlind) return false;
  }
  return count === 0;
}
