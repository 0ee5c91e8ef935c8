/** User mappings: as whom a role reaches a foreign server. Passwords are not here: they are set out of band. */
import { grantee, identifier } from '../../sql/quote.ts';
import { type UserMappingId, keyOf } from '../model/id.ts';
import { type ForeignOption, optionChanges, optionsClause, secretHazards } from './foreign-options.ts';
import { draft, type Kind } from './kind.ts';

export type UserMappingAttributes = { readonly options: readonly ForeignOption[] };

const clause = ({ user, server }: UserMappingId) =>
  `USER MAPPING FOR ${grantee(user)} SERVER ${identifier(server)}`;

export const userMapping: Kind<UserMappingId, UserMappingAttributes> = {
  name: 'user-mapping',
  rank: 47,
  references: ({ id }) => [
    { to: { kind: 'foreign-server', name: id.server }, type: 'normal' },
    ...(id.user === 'public'
      ? []
      : [{ to: { kind: 'role' as const, name: id.user }, type: 'normal' as const }]),
  ],
  create: ({ id, attrs }) => [
    draft(`CREATE ${clause(id)}${optionsClause(attrs.options)}`, {
      produces: [keyOf(id)],
      hazards: secretHazards(clause(id), [], attrs.options),
    }),
  ],
  drop: ({ id, attrs }) => [
    draft(`DROP ${clause(id)}`, {
      destroys: [keyOf(id)],
      hazards: secretHazards(clause(id), attrs.options, []),
    }),
  ],
  alter: (_changes, { attrs: before }, { id, attrs }) => [
    draft(`ALTER ${clause(id)}${optionChanges(before.options, attrs.options)}`, {
      produces: [keyOf(id)],
      hazards: secretHazards(clause(id), before.options, attrs.options),
    }),
  ],
};
