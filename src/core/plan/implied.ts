/** What comes and goes by itself with what a plan makes, alters and drops. */
import { type DefaultPrivilegeAttributes, grantsByDefault, isWithheld } from '../kinds/default-privilege.ts';
import { identityOwner, ofIdentity, sequenceAt } from '../kinds/identity-privileges.ts';
import { columnAt } from '../kinds/family.ts';
import type { Sides } from '../kinds/kind.ts';
import { kindOf } from '../kinds/kinds.ts';
import type { OwnerAttributes } from '../kinds/owner.ts';
import { type Catalog, edgeIndex, entriesOf, find } from '../model/catalog.ts';
import type { Attributes, Entry } from '../model/entry.ts';
import { equal } from '../diff/diff.ts';
import { type ColumnId, type GrantId, type Id, type Key, type OwnerId, keyOf } from '../model/id.ts';

export interface Implied {
  /** Entries that come by themselves, with the key of what brings them. */
  readonly made: ReadonlyMap<Key, Key>;
  readonly gone: ReadonlyMap<Key, Key>;
  /** What comes by itself and is not wanted, with what brings it. */
  readonly unwanted: readonly { readonly entry: Entry; readonly by: Key }[];
  /** What goes by itself and is wanted all the same, with what takes it: the old owner's privileges become the new one's. */
  readonly lost: readonly { readonly entry: Entry; readonly by: Key }[];
  /** What comes by itself with more than is wanted: the option to grant it, which the old owner was given, or the new one by default. */
  readonly excess: readonly { readonly entry: Entry; readonly by: readonly Key[] }[];
  /** What should come by itself and does not, because the owner before lacked it: granted after the new owner is. */
  readonly late: ReadonlyMap<Key, Key>;
}

/**
 * What comes and goes by itself. An owner's privileges come with the owner: those that are wanted need no GRANT,
 * those that are not need a REVOKE after it.
 */
export function impliedBy(
  creates: ReadonlyMap<Key, Entry>,
  drops: ReadonlyMap<Key, Entry>,
  alters: ReadonlyMap<Key, unknown>,
  { from, to, leaves }: Sides,
): Implied {
  const made = new Map<Key, Key>();
  const gone = new Map<Key, Key>();
  const late = new Map<Key, Key>();
  const unwanted: { entry: Entry; by: Key }[] = [];
  const excess: { entry: Entry; by: Key[] }[] = [];
  const inForce = [from, to].flatMap((side) => [
    ...entriesOf<'default-privilege', DefaultPrivilegeAttributes>(side, 'default-privilege'),
  ]);
  const withheld = ({ id }: Entry): boolean => id.kind === 'grant' && isWithheld(id, inForce);
  const impliedEntries = (key: Key, side: Catalog): readonly Entry[] => {
    const entry = side.entries.get(key);
    if (entry === undefined) return [];
    const kind = kindOf(entry.id);
    return [
      ...(kind.implies?.(entry, side) ?? []),
      ...(alters.has(key) ? (kind.passes?.(entry, side) ?? []) : []),
    ];
  };
  /** Whether it is on a sequence that comes into the hands of a new table's owner, and was there before: what its own owner had, tells of it. */
  const isOfOther = (id: Id, owner: Key): boolean =>
    id.kind === 'grant' &&
    keyOf({ kind: 'owner', on: id.on }) !== owner &&
    from.entries.has(keyOf(id.on)) &&
    !creates.has(keyOf(id.on));
  for (const key of [...creates.keys(), ...alters.keys()]) {
    // What an alteration brings, it brings from what was there: the new owner gets what the old one had.
    const before = alters.has(key) ? impliedEntries(key, from) : undefined;
    impliedEntries(key, to).forEach((entry) => {
      if (before === undefined && isOfOther(entry.id, key)) return;
      const [own, wanted] = [keyOf(entry.id), to.entries.get(keyOf(entry.id))];
      const was = before?.find(({ id }) => sameButForRole(id, entry.id));
      const brought =
        before === undefined ||
        entry.id.kind === 'owner' ||
        (was !== undefined && from.entries.has(keyOf(was.id)));
      const had = was === undefined ? undefined : from.entries.get(keyOf(was.id));
      if (had?.attrs['grantable'] === true && wanted?.attrs['grantable'] === false && !alters.has(own))
        excess.push({ entry: wanted, by: [key] });
      // What the new owner had already, is merged with what the old one had: with the option to grant it.
      if (!brought || (before !== undefined && entry.id.kind === 'grant' && alters.has(own)))
        late.set(own, key);
      else if (wanted === undefined) unwanted.push({ entry, by: key });
      else if (creates.has(key) && withheld(entry)) late.set(own, key);
      else if (equal(wanted.attrs, entry.attrs)) made.set(own, key);
    });
  }
  const lost: { entry: Entry; by: Key }[] = [];
  /** Whether a column goes, and its privileges with it. */
  const goes = (id: ColumnId): boolean =>
    drops.has(keyOf(id)) || (columnAt(from, id) !== undefined && columnAt(to, id) === undefined);
  for (const key of alters.keys()) {
    const isOwner = from.entries.get(key)?.id.kind === 'owner';
    const stays = new Set(isOwner ? impliedEntries(key, to).map(({ id }) => keyOf(id)) : []);
    const role = isOwner ? (to.entries.get(key)?.attrs['role'] as string) : undefined;
    for (const { id, attrs } of impliedEntries(key, from)) {
      const own = keyOf(id);
      // What the old owner had on a column, the new one gets.
      const next = { ...id, to: role } as Entry['id'];
      if (isOnColumn(id) && isOwner && !to.entries.has(keyOf(next)) && !goes(id.on))
        unwanted.push({ entry: { id: next, attrs }, by: key });
      const wanted = to.entries.get(own);
      if (drops.has(own)) gone.set(own, key);
      else if (
        isOwner &&
        id.kind === 'grant' &&
        wanted !== undefined &&
        from.entries.has(own) &&
        !stays.has(own)
      )
        lost.push({ entry: wanted, by: key });
    }
  }
  for (const key of [...creates.keys(), ...alters.keys()]) {
    const entry = to.entries.get(key);
    const loan = entry === undefined ? undefined : kindOf(entry.id).lends?.(entry, { from, to });
    if (loan === undefined) continue;
    for (const { dependent } of edgeIndex(to).byReferenced.get(keyOf(loan.on)) ?? []) {
      const wanted = to.entries.get(dependent)!;
      if (wanted.id.kind !== 'grant' || (loan.to !== null && wanted.id.to !== loan.to)) continue;
      if (creates.has(dependent)) late.set(dependent, loan.until);
      else if (loan.to !== null && !made.has(dependent)) lost.push({ entry: wanted, by: loan.until });
    }
  }
  // Whoever runs the plan may be one whose objects begin with more.
  const revoked = new Set<Key>();
  for (const [key, id, aside] of inForce.length === 0 ? [] : newcomers(creates, alters, { from, to })) {
    const owner = ownerAt(to, id);
    for (const each of grantsByDefault(id, inForce, owner?.attrs.role)) {
      const entry = aside === undefined ? each : { ...each, aside };
      const own = keyOf(entry.id);
      const wanted = to.entries.get(own);
      if (wanted === undefined && leaves?.(entry.id) === true) continue;
      if (revoked.has(own) || (wanted !== undefined && equal(wanted.attrs, entry.attrs))) continue;
      // What the owner gets as such, it has without the option to grant it.
      if (owner === undefined || entry.id.to !== owner.attrs.role) unwanted.push({ entry, by: key });
      else if (entry.attrs['grantable'] === true)
        excess.push({
          entry: { ...entry, attrs: { grantable: false } },
          by: [key, keyOf(id), keyOf(owner.id)],
        });
      revoked.add(own);
    }
  }
  return { made, gone, lost, unwanted, excess, late };
}

/** What comes with privileges of its own, and with what: an object, and the sequence of a new identity column. */
function* newcomers(
  creates: ReadonlyMap<Key, Entry>,
  alters: ReadonlyMap<Key, unknown>,
  { from, to }: Sides,
): Generator<readonly [by: Key, id: Id, aside?: Attributes]> {
  for (const [key, { id }] of creates) yield [key, id];
  for (const key of [...creates.keys(), ...alters.keys()]) {
    const id = to.entries.get(key)?.id;
    if (id?.kind !== 'column' || (!creates.has(key) && sequenceAt(from, id) !== undefined)) continue;
    const sequence = sequenceAt(to, id);
    if (sequence !== undefined) yield [key, sequence, ofIdentity(id)];
  }
}

const ownerAt = (of: Catalog, id: Id): Entry<OwnerId, OwnerAttributes> | undefined =>
  find<OwnerId, OwnerAttributes>(of, { kind: 'owner', on: id as OwnerId['on'] }) ??
  (id.kind === 'sequence' ? identityOwner(of, id) : undefined);

const isOnColumn = (id: Id): id is GrantId & { readonly on: ColumnId } =>
  id.kind === 'grant' && id.on.kind === 'column';

/** Whether two ids name the same thing of the same object, each of its own owner. */
function sameButForRole(a: Id, b: Id): boolean {
  if (a.kind !== 'grant' || b.kind !== 'grant') return keyOf(a) === keyOf(b);
  return a.privilege === b.privilege && keyOf(a.on) === keyOf(b.on);
}
