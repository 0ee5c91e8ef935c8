/** Privileges that an extension's object came with, and that were taken away. What an extension contains is no entry: what differs from it is. */
import { type RevokeId, keyOf } from '../model/id.ts';
import { everyPrivilege, privilegeStatement } from './grant.ts';
import type { Kind } from './kind.ts';

export const revoke: Kind<RevokeId> = {
  name: 'revoke',
  rank: 59,
  references: ({ id }) => (id.to === 'public' ? [] : [{ to: { kind: 'role', name: id.to }, type: 'normal' }]),
  create: ({ id }, { to }) => [
    {
      ...privilegeStatement('REVOKE', id, everyPrivilege(id, to.serverVersion), false),
      produces: [keyOf(id)],
    },
  ],
  drop: ({ id }, { from }) => [
    {
      ...privilegeStatement('GRANT', id, everyPrivilege(id, from.serverVersion), false),
      destroys: [keyOf(id)],
    },
  ],
  alter: () => [],
};
