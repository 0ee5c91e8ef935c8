/** Memberships of roles in roles, merged over their grantors. */
import { identifier } from '../../sql/quote.ts';
import { type MembershipId, keyOf } from '../model/id.ts';
import { draft, type Kind } from './kind.ts';

export type MembershipAttributes = {
  readonly admin: boolean;
  /** null: 15 has no such option, or the manifest leaves it to the server. */
  readonly inherit: boolean | null;
  readonly set: boolean | null;
};

/** What one grantor gave of it: 16 and later keep a membership for each grantor. */
export type MembershipGiven = MembershipAttributes & { readonly grantor: string };

function grantRole(id: MembershipId, { admin, inherit, set }: MembershipAttributes): string {
  const options = [
    ...(admin ? ['ADMIN OPTION'] : []),
    ...(inherit === null ? [] : [`INHERIT ${inherit ? 'TRUE' : 'FALSE'}`]),
    ...(set === null ? [] : [`SET ${set ? 'TRUE' : 'FALSE'}`]),
  ];
  const grant = `GRANT ${identifier(id.role)} TO ${identifier(id.member)}`;
  return options.length === 0 ? grant : `${grant} WITH ${options.join(', ')}`;
}

export const membership: Kind<MembershipId, MembershipAttributes> = {
  name: 'membership',
  rank: 11,
  references: ({ id }) => [
    { to: { kind: 'role', name: id.role }, type: 'auto' },
    { to: { kind: 'role', name: id.member }, type: 'auto' },
  ],
  create: ({ id, attrs }) => [
    draft(grantRole(id, attrs), {
      produces: [keyOf(id)],
      requires: [keyOf({ kind: 'role', name: id.role }), keyOf({ kind: 'role', name: id.member })],
    }),
  ],
  drop: ({ id }) => [
    draft(`REVOKE ${identifier(id.role)} FROM ${identifier(id.member)}`, {
      destroys: [keyOf(id)],
      hazards: [access(id)],
    }),
  ],
  alter(_changes, before, { id, attrs }) {
    const taken = before.attrs.admin && !attrs.admin;
    return [
      ...(taken
        ? [
            draft(`REVOKE ADMIN OPTION FOR ${identifier(id.role)} FROM ${identifier(id.member)}`, {
              produces: [keyOf(id)],
              hazards: [access(id)],
            }),
          ]
        : []),
      ...(taken && before.attrs.inherit === attrs.inherit && before.attrs.set === attrs.set
        ? []
        : [draft(grantRole(id, attrs), { produces: [keyOf(id)], hazards: [access(id)] })]),
    ];
  },
};

const access = (id: MembershipId) =>
  ({
    name: 'access-change',
    object: identifier(id.member),
    detail: `changes its membership in ${identifier(id.role)}`,
  }) as const;
