/** Owners, of anything that has one. An owner brings the owner's privileges with it. */
import { identifier } from '../../sql/quote.ts';
import type { Entry } from '../model/entry.ts';
import { type OwnerId, keyOf } from '../model/id.ts';
import { draft, type Draft, type Kind } from './kind.ts';
import { objectClause, relationLock } from './object.ts';
import { privilegesOn } from './privileges.ts';

export interface OwnerAttributes {
  readonly role: string;
}

const setOwner = ({ id, attrs }: Entry<OwnerId, OwnerAttributes>): Draft =>
  draft(`ALTER ${objectClause(id.on)} OWNER TO ${identifier(attrs.role)}`, {
    produces: [keyOf(id)],
    requires: [keyOf(id.on), keyOf({ kind: 'role', name: attrs.role })],
    locks: relationLock(id.on, 'ACCESS EXCLUSIVE'),
  });

export const owner: Kind<OwnerId, OwnerAttributes> = {
  name: 'owner',
  rank: 57,
  references: ({ id, attrs }) => [
    { to: id.on, type: 'auto' },
    { to: { kind: 'role', name: attrs.role }, type: 'normal' },
  ],
  create: (entry) => [setOwner(entry)],
  // An owner goes with its object, or is replaced by another: nothing owns nothing.
  drop: ({ id }) => [
    draft(`ALTER ${objectClause(id.on)} OWNER TO CURRENT_USER`, {
      destroys: [keyOf(id)],
      locks: relationLock(id.on, 'ACCESS EXCLUSIVE'),
    }),
  ],
  alter: (_changes, _before, after) => [setOwner(after)],
  implies: ({ id, attrs }, serverVersion) =>
    privilegesOn(id.on.kind, serverVersion).map((privilege) => ({
      id: { kind: 'grant', on: id.on, to: attrs.role, privilege },
      attrs: { grantable: false },
    })),
};
