/** Operators and functions of a family that belong to none of its classes: those between different types, mostly. */
import { type OperatorFamilyId, type OperatorFamilyMemberId, keyOf } from '../model/id.ts';
import { draft, type Kind } from './kind.ts';
import { objectClause } from './object.ts';

export interface OperatorFamilyMemberAttributes {
  /** What it is, as SQL writes it after its number: `shop.<(shop.a, shop.b)`, `(shop.a, shop.b) shop.compare(shop.a, shop.b)`. */
  readonly definition: string;
}

const familyOf = ({ schema, name, method }: OperatorFamilyMemberId): OperatorFamilyId => ({
  kind: 'operator-family',
  schema,
  name,
  method,
});
const place = ({ member, number }: OperatorFamilyMemberId): string => `${member.toUpperCase()} ${number}`;

export const operatorFamilyMember: Kind<OperatorFamilyMemberId, OperatorFamilyMemberAttributes> = {
  name: 'operator-family-member',
  rank: 48,
  references: ({ id }) => [{ to: familyOf(id), type: 'auto' }],
  create: ({ id, attrs }) => [
    draft(`ALTER ${objectClause(familyOf(id))} ADD ${place(id)} ${attrs.definition}`, {
      produces: [keyOf(id)],
    }),
  ],
  drop: ({ id }) => [
    draft(`ALTER ${objectClause(familyOf(id))} DROP ${place(id)} (${id.left}, ${id.right})`, {
      destroys: [keyOf(id)],
    }),
  ],
  alter: () => 'replace',
};
