/**
 * Privileges that an object came with, and that were taken away: an extension's, or an identity column's sequence. What
 * an extension contains is no entry, nor is the sequence: what differs from it is.
 */
import { type RevokeId, keyOf } from '../model/id.ts';
import { everyPrivilege, givenAgain, privilegeStatement, revoked } from './grant.ts';
import {
  comesAlong,
  goesAlong,
  identityColumnOf,
  ownersOf,
  referencesOf,
  settling,
} from './identity-privileges.ts';
import type { Kind } from './kind.ts';

export const revoke: Kind<RevokeId> = {
  name: 'revoke',
  rank: 59,
  references: (entry) => {
    const { id } = entry;
    const column = identityColumnOf(entry);
    return [
      ...(column === undefined ? [] : referencesOf(column)),
      ...(id.to === 'public'
        ? []
        : [{ to: { kind: 'role' as const, name: id.to }, type: 'normal' as const }]),
    ];
  },
  create: (entry, sides) => {
    const { id } = entry;
    const column = identityColumnOf(entry);
    if (column !== undefined && comesAlong(entry, column, sides)) return [];
    return [
      {
        ...privilegeStatement('REVOKE', id, everyPrivilege(id, sides.to.serverVersion), false),
        produces: [keyOf(id), revoked(id, id.on)],
        requires: column === undefined ? [] : [keyOf(id.on), ...ownersOf(column)],
      },
      ...givenAgain(id, sides),
    ];
  },
  drop: (entry, sides) => {
    const { id } = entry;
    const column = identityColumnOf(entry);
    if (column !== undefined && goesAlong(entry, column, sides)) return [];
    const given = {
      ...privilegeStatement('GRANT', id, everyPrivilege(id, sides.from.serverVersion), false),
      destroys: [keyOf(id)],
    };
    return [column === undefined ? given : settling(given, id.on, column)];
  },
  alter: () => [],
};
