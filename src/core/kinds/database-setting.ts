/** ALTER DATABASE … SET, and ALTER ROLE … IN DATABASE … SET: what sessions in this database begin with. */
import { identifier } from '../../sql/quote.ts';
import { type DatabaseSettingId, keyOf } from '../model/id.ts';
import { draft, type Draft, type Kind } from './kind.ts';
import { onCurrentDatabase } from './object.ts';
import { type RoleSettingAttributes, settingName, settingValue } from './role-setting.ts';

const alter = (id: DatabaseSettingId, action: string, rest: Partial<Draft>): Draft =>
  draft(
    onCurrentDatabase(
      id.role === null
        ? `ALTER DATABASE %I ${action}`
        : `ALTER ROLE ${identifier(id.role)} IN DATABASE %I ${action}`,
    ),
    rest,
  );

const set = (id: DatabaseSettingId, attrs: RoleSettingAttributes): Draft =>
  alter(id, `SET ${settingName(id)} = ${settingValue(id, attrs)}`, {
    produces: [keyOf(id)],
    requires: id.role === null ? [] : [keyOf({ kind: 'role', name: id.role })],
  });

export const databaseSetting: Kind<DatabaseSettingId, RoleSettingAttributes> = {
  name: 'database-setting',
  rank: 12,
  references: ({ id }) => (id.role === null ? [] : [{ to: { kind: 'role', name: id.role }, type: 'auto' }]),
  create: ({ id, attrs }) => [set(id, attrs)],
  drop: ({ id }) => [alter(id, `RESET ${settingName(id)}`, { destroys: [keyOf(id)] })],
  alter: (_changes, _before, { id, attrs }) => [set(id, attrs)],
};
