/**
 * Privileges on the sequences of identity columns. Such a sequence is no entry: it comes and goes with its column, belongs
 * to the table's owner, and goes by another name with all that it has. Said is only in what it differs from a new one:
 * what others than the owner were granted (`grant`), and what the owner has lost (`revoke`).
 */
import { type Catalog, entriesOf, find, loose, relationOf } from '../model/catalog.ts';
import type { Attributes, Entry } from '../model/entry.ts';
import {
  type ColumnId,
  type GrantId,
  type Id,
  type Key,
  type OwnerId,
  type RevokeId,
  type SequenceId,
  keyOf,
  objectOf,
  tablesOf,
} from '../model/id.ts';
import { onceOf } from '../model/once-of.ts';
import { pushTo } from '../model/push-to.ts';
import { type Along, sequenceOf } from './identity.ts';
import type { Draft, Sides } from './kind.ts';
import type { ColumnAttributes } from './parts.ts';
import { privilegesOn } from './privileges.ts';

export type SaidOfIdentity = Entry<GrantId | RevokeId>;

/** @returns what a privilege on the sequence of this identity column has in its entry's `aside`. */
export const ofIdentity = ({ schema, table, name }: ColumnId): Attributes => ({
  identity: { schema, table, name },
});

/** @returns the identity column on whose sequence a privilege is, or undefined for one on anything else. */
export function identityColumnOf({ aside }: Pick<Entry, 'aside'>): ColumnId | undefined {
  const told = aside?.['identity'] as Omit<ColumnId, 'kind'> | undefined;
  return told === undefined ? undefined : { kind: 'column', ...told };
}

/** @returns what a privilege on the sequence of an identity column hangs on. */
export const referencesOf = (column: ColumnId): { to: Id; type: 'auto' }[] =>
  [column, ...tablesOf(column)].map((to) => ({ to, type: 'auto' }));

/** Stands for: what goes of the privileges on something, or on the sequences of a table's identity columns, has gone. */
export const settled = (on: Id) => `turn of settling ${keyOf(on)}` as Key;

/** @returns a statement that takes what was there, before the table gets another owner or the sequence another name: apart from those that come after. */
export function settling(made: Draft, on: Id, column: ColumnId): Draft {
  const { merge } = made;
  return {
    ...made,
    produces: [on, ...tablesOf(column)].map(settled),
    ...(merge === undefined ? {} : { merge: { ...merge, group: `${merge.group}\0settling` } }),
  };
}

/** @returns the keys of who owns the table of a column: what is granted, is granted by the owner that it will have. */
export const ownersOf = (column: ColumnId): Key[] =>
  tablesOf(column).map((on) => keyOf({ kind: 'owner', on }));

const saidIn = onceOf((catalog: Catalog): ReadonlyMap<Key, SaidOfIdentity[]> => {
  const said = new Map<Key, SaidOfIdentity[]>();
  for (const [, entry] of loose(catalog))
    if ((entry.id.kind === 'grant' || entry.id.kind === 'revoke') && identityColumnOf(entry) !== undefined)
      pushTo(said, keyOf(entry.id.on), entry as SaidOfIdentity);
  return said;
});

/** @returns what is said of the privileges on a sequence, if it is an identity column's. */
export const saidOf = (catalog: Catalog, sequence: SequenceId): readonly SaidOfIdentity[] =>
  saidIn(catalog).get(keyOf(sequence)) ?? [];

/** @returns the sequences of identity columns of which something is said. */
export const saidSequences = (catalog: Catalog): SequenceId[] =>
  Array.from(saidIn(catalog).values(), ([first]) => first!.id.on as SequenceId);

/** @returns every identity column and its sequence, by the key of that; where the catalog has no columns, those of whose sequences something is said. */
export const identityColumns = onceOf(
  (catalog: Catalog): ReadonlyMap<Key, { readonly sequence: SequenceId; readonly column: ColumnId }> => {
    const columns = new Map<Key, { readonly sequence: SequenceId; readonly column: ColumnId }>();
    for (const { id, attrs } of entriesOf<'column', Partial<ColumnAttributes>>(catalog, 'column')) {
      // Of an extension's column, where it is told of at all, nothing but who may reach it.
      if (attrs.identity === null || attrs.identity === undefined) continue;
      const sequence = sequenceOf(id, attrs.identity);
      columns.set(keyOf(sequence), { sequence, column: id });
    }
    for (const [key, [said]] of saidIn(catalog)) {
      const column = identityColumnOf(said!);
      if (column !== undefined && !columns.has(key))
        columns.set(key, { sequence: said!.id.on as SequenceId, column });
    }
    return columns;
  },
);

/** @returns the identity column that a sequence is of, as far as the catalog tells; undefined for any other sequence. */
export function identityColumn(catalog: Catalog, sequence: SequenceId): ColumnId | undefined {
  if (find(catalog, sequence) !== undefined) return undefined;
  const [said] = saidOf(catalog, sequence);
  return (said && identityColumnOf(said)) ?? identityColumns(catalog).get(keyOf(sequence))?.column;
}

/** @returns who owns the sequence of an identity column: who owns its table. */
export function identityOwner(
  catalog: Catalog,
  sequence: SequenceId,
): Entry<OwnerId, { readonly role: string }> | undefined {
  const column = identityColumn(catalog, sequence);
  if (column === undefined) return undefined;
  return find<OwnerId, { readonly role: string }>(catalog, {
    kind: 'owner',
    on: relationOf(catalog, column),
  });
}
export const ownerOfIdentity = (catalog: Catalog, sequence: SequenceId): string | undefined =>
  identityOwner(catalog, sequence)?.attrs.role;

/** @returns what the owner of an identity column's sequence holds of it, without being granted it. */
export function ownersGrants(
  catalog: Catalog,
  sequence: SequenceId,
): Entry<GrantId, { readonly grantable: boolean }>[] {
  const to = ownerOfIdentity(catalog, sequence);
  if (to === undefined) return [];
  const grants = privilegesOn('sequence', catalog.serverVersion).map((privilege): GrantId => ({
    kind: 'grant',
    on: sequence,
    to,
    privilege,
  }));
  return grants
    .filter((id) => find(catalog, { ...id, kind: 'revoke' }) === undefined)
    .map((id) => ({ id, attrs: { grantable: false } }));
}

/** @returns the sequence that a column has, if it is an identity column. */
export function sequenceAt(catalog: Catalog, column: ColumnId): SequenceId | undefined {
  const identity = find<ColumnId, ColumnAttributes>(catalog, column)?.attrs.identity ?? null;
  return identity === null ? undefined : sequenceOf(column, identity);
}

/** Whether a privilege goes with its sequence, or goes on under the sequence's other name: then no statement takes it. */
export function goesAlong(entry: SaidOfIdentity, column: ColumnId, { to }: Sides): boolean {
  const now = sequenceAt(to, column);
  return now === undefined || isAlike(entry, now, to);
}

/** Whether a privilege comes with its sequence's other name: then no statement gives it. */
export function comesAlong(entry: SaidOfIdentity, column: ColumnId, { from }: Sides): boolean {
  const before = sequenceAt(from, column);
  return before !== undefined && isAlike(entry, before, from);
}

/** Whether the same is said of the sequence by another name. */
function isAlike({ id, attrs }: SaidOfIdentity, on: SequenceId, catalog: Catalog): boolean {
  if (keyOf(on) === keyOf(id.on)) return false;
  return (
    find(catalog, { ...id, on })?.attrs['grantable'] === attrs['grantable'] && has(catalog, { ...id, on })
  );
}
const has = (catalog: Catalog, id: Id) => find(catalog, id) !== undefined;

/** @returns the privileges that come with a sequence's new name, and those that go with it or with its old name. */
export function carriedAlong(column: ColumnId, sides: Sides): Along {
  const [before, now] = [sequenceAt(sides.from, column), sequenceAt(sides.to, column)];
  const keys = (on: SequenceId | undefined, catalog: Catalog, isCarried: typeof goesAlong) =>
    on === undefined
      ? []
      : saidOf(catalog, on).flatMap((entry) => (isCarried(entry, column, sides) ? [keyOf(entry.id)] : []));
  return {
    comes: keys(now, sides.to, comesAlong),
    goes: keys(before, sides.from, goesAlong),
    waits: before === undefined ? [] : [settled(before)],
  };
}

/** @returns what an entry is told with: the table, of a privilege on the sequence of an identity column; else its object. */
export function toldWith(entry: Pick<Entry, 'id' | 'aside'>): Id {
  const column = identityColumnOf(entry);
  return column === undefined ? objectOf(entry.id) : objectOf(column);
}

/** @returns whether default privileges of who owns the sequence of an identity column give this privilege on it: it may be held then, and need not. */
export function isGivenByDefault(catalog: Catalog, { on, to, privilege }: GrantId): boolean {
  if (on.kind !== 'sequence') return false;
  const role = ownerOfIdentity(catalog, on);
  if (role === undefined) return false;
  const { schema } = on;
  const wanted = { kind: 'default-privilege', role, schema, objects: 'sequences', to, privilege } as const;
  return has(catalog, wanted) || has(catalog, { ...wanted, schema: null });
}
