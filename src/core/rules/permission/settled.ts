/**
 * Objects that have just the owner and the privileges that the manifest wants. Most of a database is so, and most of
 * it alike: one object of each shape is compared, and what is on the others is not written out.
 */
import type { GrantEntry } from '../../access/acl.ts';
import type { Access } from '../../access/effective.ts';
import type { GrantAttributes } from '../../kinds/grant.ts';
import { type OwnedObject, type Wanted, writtenOut } from '../../manifest/resolve.ts';
import { owningColumn } from '../../manifest/resolve/domain-objects.ts';
import type { Expected, GrantReason } from '../../manifest/resolve/expected.ts';
import type { WantedGrants } from '../../manifest/resolve/grants.ts';
import { managedOwner } from '../../manifest/resolve/owners.ts';
import { type Catalog, closedBundles, entriesOf, find, loose, openBundles } from '../../model/catalog.ts';
import type { Bundle } from '../../model/entry-map.ts';
import { type GrantId, type Key, type ObjectId, type SchemaId, keyOf } from '../../model/id.ts';
import { asApplied } from './applied.ts';

export interface Settled {
  /** @param on an id as the wanted objects have it; of an equal one, nothing is known. */
  readonly has: (on: ObjectId) => boolean;
  /** @returns what is wanted on a settled object, by key; nothing for any other. */
  readonly wantedOn: (on: Key) => ReadonlyMap<Key, Expected>;
  /** What is wanted on all settled objects. */
  readonly wanted: () => Iterable<Expected>;
  /** Of which declarations there is something. */
  readonly granted: ReadonlySet<GrantReason>;
  /** @returns the live privileges but for those on settled objects, in the order of their keys. */
  readonly others: () => Iterable<GrantEntry>;
}

/** Nothing is settled: all is judged one by one. */
export const nothingSettled = (live: Catalog): Settled => ({
  has: () => false,
  wantedOn: () => new Map(),
  wanted: () => [],
  granted: new Set(),
  others: () => entriesOf<'grant', GrantAttributes>(live, 'grant'),
});

/**
 * @param wanted of this live catalog.
 * @param applied what the applied migrations make, if there are any: what comes without a GRANT is as they have it.
 * @returns the objects about whose owner and privileges no rule has anything to say.
 */
export function settledIn(wanted: Wanted, live: Catalog, access: Access, applied?: Catalog): Settled {
  const acls = aclsIn(live);
  const made = applied === undefined ? undefined : aclsIn(applied);
  const writtenFor = (some: Wanted): ReadonlyMap<Key, Expected> =>
    applied === undefined ? writtenOut(some) : asApplied(writtenOut(some), { live, applied });
  const { grants, apart } = grantsByObject(wanted);
  const elsewhere = new Set([live, ...(applied === undefined ? [] : [applied])].flatMap(toldApart));
  const isUsable = usableIn(access);
  const verdicts = new Map<string, boolean>();
  const numberOf = numbering();
  const settled = new Map<ObjectId, OwnedObject>();
  const besides = new Set<Key>();
  const byKey = new Map<Key, ObjectId>();
  for (const owned of wanted.owned) {
    const { on, objects } = owned;
    const key = keyOf(on);
    const acl = acls.get(key);
    let isSettled = false;
    // What is usable at all hangs on the schemas, which are few.
    const madeAcl = made?.get(key);
    const isMade = made === undefined || madeAcl !== undefined;
    if (acl !== undefined && isMade && on.kind !== 'schema' && !elsewhere.has(key) && !apart.has(key)) {
      const its = grants.get(on) ?? [];
      const owner = managedOwner(wanted.manifest, live, objects, on)?.role ?? '';
      const told = [
        objects.domain.name,
        on.kind,
        owner,
        ...acl.texts,
        ...(madeAcl?.texts ?? []),
        ...its.map(textOf),
      ];
      const shape = told.map(numberOf).join(' ');
      let verdict = verdicts.get(shape);
      if (verdict === undefined) {
        const expected = writtenFor({ ...wanted, roles: [], owned: [owned], grants: its });
        verdicts.set(shape, (verdict = isAsWanted(owned, expected, live, access, acl, isUsable)));
      }
      isSettled = verdict;
    }
    if (isSettled) {
      settled.set(on, owned);
      byKey.set(key, on);
    } else if (on.kind === 'sequence') {
      const column = owningColumn(live, on);
      // A serial column's sequence is told with its table.
      if (column !== undefined)
        besides.add(keyOf({ kind: 'table', schema: column.schema, name: column.table }));
    }
  }
  for (const key of besides) {
    const on = byKey.get(key);
    if (on !== undefined) settled.delete(on);
    byKey.delete(key);
  }
  const granted = new Set<GrantReason>();
  for (const on of settled.keys()) for (const { because } of grants.get(on) ?? []) granted.add(because);
  return {
    has: (on) => settled.has(on),
    wantedOn: (key) => {
      const on = byKey.get(key);
      return on === undefined
        ? new Map()
        : writtenFor({ ...wanted, roles: [], owned: [settled.get(on)!], grants: grants.get(on) ?? [] });
    },
    wanted: () => {
      const owned = [...settled.values()];
      const its = owned.flatMap(({ on }) => grants.get(on) ?? []);
      return writtenFor({ ...wanted, roles: [], owned, grants: its }).values();
    },
    granted,
    others: () => grantsBut(live, acls, byKey),
  };
}

/** @returns the privileges that are not on settled objects: of the ACLs that are not written out, only theirs are. */
function grantsBut(
  live: Catalog,
  acls: ReadonlyMap<Key, Bundle>,
  settled: ReadonlyMap<Key, unknown>,
): readonly GrantEntry[] {
  const left = Array.from(acls.keys()).filter((key) => !settled.has(key));
  for (const key of left) openBundles(live, key, 'grant');
  const found: [Key, GrantEntry][] = [];
  for (const [key, entry] of loose(live))
    if (entry.id.kind === 'grant' && !settled.has(keyOf(entry.id.on)))
      found.push([key, entry as unknown as GrantEntry]);
  return found.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, entry]) => entry);
}

/** @returns what is granted by the ids of the objects as `owned` has them, and the keys of what is granted on by other ids. */
function grantsByObject({ owned, grants }: Wanted): {
  readonly grants: ReadonlyMap<ObjectId, readonly WantedGrants[]>;
  readonly apart: ReadonlySet<Key>;
} {
  const found = new Map<ObjectId, WantedGrants[]>(owned.map(({ on }) => [on, []]));
  const apart = new Set<Key>();
  for (const each of grants) {
    if ('entry' in each) continue;
    const its = found.get(each.on);
    if (its === undefined) apart.add(keyOf(each.on));
    else its.push(each);
  }
  return { grants: found, apart };
}

/** The ACLs that are not written out, by the keys of their objects. */
const aclsIn = (catalog: Catalog): ReadonlyMap<Key, Bundle> =>
  closedBundles(catalog).find(({ kinds }) => kinds.has('grant'))?.on ?? new Map<Key, Bundle>();

/** @returns the keys of objects of whose privileges something is not in an ACL as the server has it. */
function toldApart(catalog: Catalog): Key[] {
  const on: Key[] = [];
  for (const [, { id }] of loose(catalog))
    if (id.kind === 'grant' || id.kind === 'revoke') on.push(keyOf(id.on));
  return on;
}

/** @returns a function that gives each text a number: what is made of them stays short. */
function numbering(): (text: string) => number {
  const numbers = new Map<string, number>();
  return (text) => {
    let number = numbers.get(text);
    if (number === undefined) numbers.set(text, (number = numbers.size));
    return number;
  };
}

const textOf = ({ to, grantable, privileges }: WantedGrants): string =>
  `${to}\x01${grantable}\x01${privileges.join('\x01')}`;

/** @returns whether a role, or one that has what it has, may use a schema. */
function usableIn(access: Access): (to: string, schema: SchemaId) => boolean {
  const known = new Map<string, boolean>();
  return (to, schema) => {
    const question = `${to}\0${schema.name}`;
    let answer = known.get(question);
    if (answer === undefined) {
      answer = [to, ...access.memberships.inheritorsOf(to)].some((role) =>
        access.holds(role, 'usage', schema),
      );
      known.set(question, answer);
    }
    return answer;
  };
}

/** @param expected what is wanted on the object. */
function isAsWanted(
  { on, objects }: OwnedObject,
  expected: ReadonlyMap<Key, Expected>,
  live: Catalog,
  access: Access,
  acl: Bundle,
  isUsable: ReturnType<typeof usableIn>,
): boolean {
  const key = keyOf(on);
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
    const isBlind =
      privilege === 'insert' && !expected.has(keyOf({ ...(id as GrantId), privilege: 'select' }));
    if (!isUsable(to, schema) || isBlind) return false;
  }
  return count === 0;
}
