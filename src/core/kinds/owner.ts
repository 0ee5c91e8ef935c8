/** Owners, of anything that has one. An owner brings the owner's privileges with it. */
import { identifier, qualified } from '../../sql/quote.ts';
import { type Catalog, entriesOf } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type Id, type OwnerId, type SequenceId, isRelation, keyOf } from '../model/id.ts';
import { onceOf } from '../model/once-of.ts';
import { pushTo } from '../model/push-to.ts';
import { settled } from './identity-privileges.ts';
import { draft, type Draft, type Kind } from './kind.ts';
import { objectClause, relationLock } from './object.ts';
import { privilegesOn } from './privileges.ts';
import { freed } from './sequence.ts';

export interface OwnerAttributes {
  readonly role: string;
}

const setOwner = ({ id, attrs }: Entry<OwnerId, OwnerAttributes>, to: Catalog): Draft =>
  draft(`ALTER ${objectClause(id.on)} OWNER TO ${identifier(attrs.role)}`, {
    produces: [keyOf(id)],
    requires: [
      keyOf(id.on),
      keyOf({ kind: 'role', name: attrs.role }),
      settled(id.on),
      // A table's owner is that of its sequences: one that is another's from now on must be free before.
      ...(id.on.kind === 'sequence' ? [freed(id.on)] : []),
      // They change hands with the table, if they are its own by then.
      ...linkedSequences(id.on, to).map(({ schema, name }) => keyOf({ kind: 'owned-by', schema, name })),
    ],
    locks: relationLock(id.on, 'ACCESS EXCLUSIVE'),
  });

export const owner: Kind<OwnerId, OwnerAttributes> = {
  name: 'owner',
  rank: 57,
  references: ({ id, attrs }) => [
    { to: id.on, type: 'auto' },
    { to: { kind: 'role', name: attrs.role }, type: 'normal' },
  ],
  create: (entry, { to }) => [setOwner(entry, to)],
  // An owner goes with its object, or is replaced by another: nothing owns nothing.
  drop: ({ id }) => [
    draft(`ALTER ${objectClause(id.on)} OWNER TO CURRENT_USER`, {
      destroys: [keyOf(id)],
      locks: relationLock(id.on, 'ACCESS EXCLUSIVE'),
    }),
  ],
  alter: (_changes, _before, after, { to }) => [setOwner(after, to)],
  implies: ({ id, attrs }, catalog) => [
    ...ownPrivileges(id.on, attrs.role, catalog),
    ...linkedSequences(id.on, catalog).flatMap((on): Entry[] => [
      { id: { kind: 'owner', on }, attrs: { role: attrs.role } },
      ...ownPrivileges(on, attrs.role, catalog),
    ]),
  ],
  passes: ({ id, attrs }, catalog) => columnPrivileges(id.on, attrs.role, catalog),
};

const ownPrivileges = (on: OwnerId['on'], role: string, { serverVersion }: Catalog): Entry[] =>
  privilegesOn(on.kind, serverVersion).map((privilege) => ({
    id: { kind: 'grant', on, to: role, privilege },
    attrs: { grantable: false },
  }));

/** What the owner of a table has on single columns goes to the next owner. */
const columnPrivileges = (on: Id, role: string, catalog: Catalog): readonly Entry[] =>
  isRelation(on) ? (columnGrantsIn(catalog).get(qualified(on.schema, on.name, role)) ?? []) : [];

/** @returns the privileges on columns, by table and role. */
const columnGrantsIn = onceOf((catalog: Catalog) => {
  const grants = new Map<string, Entry[]>();
  for (const entry of entriesOf(catalog, 'grant')) {
    const { on, to } = entry.id;
    if (on.kind === 'column') pushTo(grants, qualified(on.schema, on.table, to), entry as unknown as Entry);
  }
  return grants;
});

/** The sequences that a table's columns own: their owner is the table's, and cannot be changed apart from it. */
function linkedSequences(on: Id, catalog: Catalog): readonly SequenceId[] {
  if (on.kind !== 'table' && on.kind !== 'foreign-table') return [];
  return sequencesIn(catalog).get(qualified(on.schema, on.name)) ?? [];
}

/** @returns the sequences that columns own, by table. */
const sequencesIn = onceOf((catalog: Catalog) => {
  const sequences = new Map<string, SequenceId[]>();
  for (const { id, attrs } of entriesOf<'owned-by', { schema: string; table: string }>(catalog, 'owned-by'))
    pushTo(sequences, qualified(attrs.schema, attrs.table), {
      kind: 'sequence',
      schema: id.schema,
      name: id.name,
    });
  return sequences;
});
