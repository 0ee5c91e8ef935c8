/**
 * Objects that have just the owner and the privileges that the manifest wants. Most of a database is so, and most of
 * it alike: one object of each shape is compared, and what is on the others is not written out.
 */
import { type GrantEntry, closedAcls, grantsOn } from '../../access/acl.ts';
import type { Access } from '../../access/effective.ts';
import { type OwnedObject, type Wanted, writtenOut } from '../../manifest/resolve.ts';
import { owningColumn } from '../../manifest/resolve/domain-objects.ts';
import type { Expected, GrantReason } from '../../manifest/resolve/expected.ts';
import type { WantedGrants } from '../../manifest/resolve/grants.ts';
import { managedOwner } from '../../manifest/resolve/owners.ts';
import { type Catalog, find, loose } from '../../model/catalog.ts';
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

/**
 * @param wanted of this live catalog.
 * @param applied what the applied migrations make, if there are any: what comes without a GRANT is as they have it.
 * @returns the objects about whose owner and privileges no rule has anything to say.
 */
export function settledIn(wanted: Wanted, live: Catalog, access: Access, applied?: Catalog): Settled {
  const acls = closedAcls(live);
  const made = applied === undefined ? undefined : closedAcls(applied);
  const { grants, apart } = grantsByObject(wanted);
  const wantedOn = (owned: readonly OwnedObject[]): ReadonlyMap<Key, Expected> => {
    const its = owned.flatMap(({ on }) => grants.get(on) ?? []);
    const all = writtenOut({ ...wanted, roles: [], owned, grants: its });
    return applied === undefined ? all : asApplied(all, { live, applied });
  };
  const elsewhere = new Set([live, ...(applied === undefined ? [] : [applied])].flatMap(toldApart));
  const isUsable = usableIn(access);
  const verdicts = new Map<string, boolean>();
  const numberOf = numbering();
  const settled = new Map<Key, OwnedObject>();
  const besides = new Set<Key>();
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
      if (verdict === undefined)
        verdicts.set(shape, (verdict = isAsWanted(owned, wantedOn([owned]), live, access, acl, isUsable)));
      isSettled = verdict;
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
  const ids = new Set(Array.from(settled.values(), ({ on }) => on));
  const granted = new Set<GrantReason>();
  for (const on of ids) for (const { because } of grants.get(on) ?? []) granted.add(because);
  return {
    has: (on) => ids.has(on),
    wantedOn(key) {
      const owned = settled.get(key);
      return owned === undefined ? new Map() : wantedOn([owned]);
    },
    wanted: () => wantedOn([...settled.values()]).values(),
    granted,
    others: () => grantsOn(live, (on) => !settled.has(keyOf(on))),
  };
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
