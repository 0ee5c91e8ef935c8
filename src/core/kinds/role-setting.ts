/** ALTER ROLE … SET: what a role's sessions begin with. */
import { identifier, literal } from '../../sql/quote.ts';
import { type RoleSettingId, keyOf } from '../model/id.ts';
import { draft, type Kind } from './kind.ts';

export interface RoleSettingAttributes {
  readonly value: string;
}

const alterRole = (id: RoleSettingId, action: string) =>
  draft(`ALTER ROLE ${identifier(id.role)} ${action}`, {});
const nameOf = (id: RoleSettingId) => id.name.split('.').map(identifier).join('.');

export const roleSetting: Kind<RoleSettingId, RoleSettingAttributes> = {
  name: 'role-setting',
  rank: 12,
  references: ({ id }) => [{ to: { kind: 'role', name: id.role }, type: 'auto' }],
  create: ({ id, attrs }) => [
    { ...alterRole(id, `SET ${nameOf(id)} = ${literal(attrs.value)}`), produces: [keyOf(id)] },
  ],
  drop: ({ id }) => [{ ...alterRole(id, `RESET ${nameOf(id)}`), destroys: [keyOf(id)] }],
  alter: (_changes, _before, { id, attrs }) => [
    { ...alterRole(id, `SET ${nameOf(id)} = ${literal(attrs.value)}`), produces: [keyOf(id)] },
  ],
};
