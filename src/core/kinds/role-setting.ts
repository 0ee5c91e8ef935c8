/** ALTER ROLE … SET: what a role's sessions begin with. */
import { identifier, literal } from '../../sql/quote.ts';
import { type RoleSettingId, keyOf } from '../model/id.ts';
import { draft, type Kind } from './kind.ts';

export interface RoleSettingAttributes {
  readonly value: string;
}

const alterRole = (id: RoleSettingId, action: string) =>
  draft(`ALTER ROLE ${identifier(id.role)} ${action}`, {});
/** @returns a parameter as SQL names it. */
export const settingName = (id: { readonly name: string }): string =>
  id.name.split('.').map(identifier).join('.');

/** Parameters that are lists of names (GUC_LIST_QUOTE): kept as `"$user", public`, and set name by name. */
const lists = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);

/** @returns a parameter's value as SET takes it. */
export function settingValue({ name }: { readonly name: string }, { value }: RoleSettingAttributes): string {
  if (!lists.has(name.toLowerCase())) return literal(value);
  const names = [...value.matchAll(/"((?:[^"]|"")*)"|([^\s,"]+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!,
  );
  return names.length === 0 ? literal('') : names.map(literal).join(', ');
}

export const roleSetting: Kind<RoleSettingId, RoleSettingAttributes> = {
  name: 'role-setting',
  rank: 12,
  references: ({ id }) => [{ to: { kind: 'role', name: id.role }, type: 'auto' }],
  create: ({ id, attrs }) => [
    { ...alterRole(id, `SET ${settingName(id)} = ${settingValue(id, attrs)}`), produces: [keyOf(id)] },
  ],
  drop: ({ id }) => [{ ...alterRole(id, `RESET ${settingName(id)}`), destroys: [keyOf(id)] }],
  alter: (_changes, _before, { id, attrs }) => [
    { ...alterRole(id, `SET ${settingName(id)} = ${settingValue(id, attrs)}`), produces: [keyOf(id)] },
  ],
};
