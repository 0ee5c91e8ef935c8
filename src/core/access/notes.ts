/** What stands beside a privilege: row security, what a statement needs besides, whether the role can connect. */
import type { PolicyAttributes } from '../kinds/policy.ts';
import type { RoleAttributes } from '../kinds/role.ts';
import type { TableAttributes } from '../kinds/table.ts';
import { sequencesOfInserts } from '../manifest/resolve/domain-objects.ts';
import { type Catalog, entriesOf, find, wholeOf } from '../model/catalog.ts';
import { type RoleId, type TableId, isRelation, keyOf } from '../model/id.ts';
import { counted, granteeName, listOf } from '../rules/wording.ts';
import { identifier, qualified } from '../../sql/quote.ts';
import { grantedColumns } from './granted-columns.ts';
import { type Question, type World, isAllowed } from './path.ts';

/** @returns sentences, without a full stop. */
export function notesOn(world: World, question: Question, allowed: boolean): string[] {
  return [
    ...ofExtension(world, question),
    ...(question.on.kind === 'parameter' && question.privilege === 'set'
      ? ['it counts for a parameter that only superusers may set: what anybody may set, the role may']
      : []),
    ...(allowed ? [...rowSecurity(world, question), ...besides(world, question)] : []),
    ...connection(world, question),
  ];
}

/** What an extension contains comes with it, its privileges too. */
function ofExtension({ catalog }: World, { on }: Question): string[] {
  const extension = catalog.entries.get(keyOf(on))?.aside?.['extension'];
  return typeof extension === 'string' ? [`it belongs to extension ${identifier(extension)}`] : [];
}

/** Commands that row security filters. */
const filtered = new Set(['select', 'insert', 'update', 'delete']);

function rowSecurity({ catalog, access }: World, { role, privilege, on }: Question): string[] {
  const table = wholeOf(catalog, on);
  if (table.kind !== 'table' || !filtered.has(privilege)) return [];
  const attrs = find<TableId, TableAttributes>(catalog, table)?.attrs;
  if (attrs?.rowSecurity !== true) return [];
  const name = qualified(table.schema, table.name);
  const bypasses = find<RoleId, RoleAttributes>(catalog, { kind: 'role', name: role })?.attrs.bypassRls;
  if (access.isSuperuser(role)) return [`row security of ${name} does not hold for a superuser`];
  if (bypasses === true) return [`row security of ${name} does not hold for it: BYPASSRLS`];
  const mine = new Set(
    role === 'public' ? ['public'] : [role, 'public', ...access.memberships.inheritedBy(role)],
  );
  if (!attrs.forceRowSecurity && mine.has(access.ownerOf(table) ?? ''))
    return [`row security of ${name} does not hold for its owner`];
  const policies = policiesOf(catalog, table).filter(
    ({ attrs: policy }) =>
      (policy.command === 'all' || policy.command === privilege) &&
      policy.roles.some((each) => mine.has(each)),
  );
  const permissive = policies.filter(({ attrs: policy }) => policy.permissive);
  if (permissive.length === 0)
    return [`row security of ${name} is on, and no policy lets it ${privilege} any row`];
  return [
    `row security of ${name}: rows that ${listOf(policies.map(({ id }) => identifier(id.name)))} ${policies.length === 1 ? 'lets' : 'let'} through`,
  ];
}

const policiesOf = (catalog: Catalog, { schema, name }: TableId) =>
  [...entriesOf<'policy', PolicyAttributes>(catalog, 'policy')].filter(
    ({ id }) => id.schema === schema && id.table === name,
  );

/** What else the usual statement asks for, where the role has not got it. */
function besides(world: World, { role, privilege, on }: Question): string[] {
  const { catalog, access } = world;
  const table = wholeOf(catalog, on);
  const may = (what: string, object: Question['on']) =>
    isAllowed(world, { role, privilege: what, on: object });
  const readsSome =
    may('select', table) ||
    (isRelation(table) && grantedColumns(access, table, 'select').some((column) => may('select', column)));
  if (table.kind === 'sequence' || readsSome)
    return privilege === 'insert' ? sequences(world, role, table) : [];
  switch (privilege) {
    case 'insert':
      return [
        'it may select no column of it: INSERT … RETURNING and ON CONFLICT with a target fail',
        ...sequences(world, role, table),
      ];
    case 'update':
    case 'delete':
      return [
        `it may select no column of it: ${privilege.toUpperCase()} … WHERE, which reads, fails; without WHERE it changes every row`,
      ];
    default:
      return [];
  }
}

function sequences(world: World, role: string, table: Question['on']): string[] {
  if (!isRelation(table)) return [];
  const lacking = (sequencesOfInserts(world.catalog, table).get(keyOf(table)) ?? []).filter(
    (on) =>
      !isAllowed(world, { role, privilege: 'usage', on }) &&
      !isAllowed(world, { role, privilege: 'update', on }),
  );
  if (lacking.length === 0) return [];
  return [
    `its default draws from ${counted(lacking.length, 'sequence')} that it has no usage on: ${listOf(lacking.map(({ schema, name }) => qualified(schema, name)))}`,
  ];
}

/** Privileges of a role that nobody can connect as are used by its members, or by nobody. */
function connection({ catalog, access }: World, { role }: Question): string[] {
  if (role === 'public') return [];
  const attrs = find<RoleId, RoleAttributes>(catalog, { kind: 'role', name: role })?.attrs;
  if (attrs === undefined) return [];
  if (!attrs.login) {
    const users = access.memberships.inheritorsOf(role).filter((each) => !each.startsWith('pg_'));
    const who =
      users.length === 0 ? 'no role inherits from it' : `inherited by ${listOf(users.map(granteeName))}`;
    return [`${granteeName(role)} cannot log in (NOLOGIN); ${who}`];
  }
  return access.holds(role, 'connect', { kind: 'database' })
    ? []
    : [`${granteeName(role)} may not connect to the database`];
}
