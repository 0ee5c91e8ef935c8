/** How findings word lists of names and privileges. */
import { privilegesOn } from '../kinds/privileges.ts';
import { type DefaultPrivilegeId, type GrantId, nameOf, schemaOf } from '../model/id.ts';
import { identifier, qualified } from '../../sql/quote.ts';
import { groupBy } from './group-by.ts';

/** @returns `a`, `a and b`, `a, b and c`; beyond `most` names, how many more there are. */
export function listOf(names: readonly string[], most = 8): string {
  if (names.length > most + 1) return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** @returns `table`, `tables`: a word in the number that fits. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** @returns a grantee as people write it: `app`, `PUBLIC`. */
export function granteeName(to: string): string {
  return to === 'public' ? 'PUBLIC' : identifier(to);
}

/** @returns what a grant is on, in words: `auth.users`, `auth.users(id, email)` by its table, `schema auth`. */
export function grantedOn(on: GrantId['on']): string {
  switch (on.kind) {
    case 'database':
      return 'the database';
    case 'named-tablespace':
      return `tablespace ${nameOf(on)}`;
    case 'schema':
    case 'language':
    case 'foreign-data-wrapper':
    case 'foreign-server':
    case 'parameter':
    case 'large-object':
      return `${on.kind.replaceAll('-', ' ')} ${nameOf(on)}`;
    default:
      return nameOf(on);
  }
}

/**
 * @returns grants in words, objects with the same privileges together:
 * `select, insert on auth.users and auth.roles; usage on schema auth`.
 */
export function describeGrants(ids: readonly GrantId[], serverVersion: number): string {
  const byObject = new Map<string, { on: GrantId['on']; privileges: string[]; columns: string[] }>();
  for (const { on, privilege } of ids) {
    // Columns of one table that carry the same privilege are told together.
    const name =
      on.kind === 'column'
        ? `${privilege}\0${qualified(on.schema, on.table)}`
        : `\0${on.kind}\0${nameOf(on)}`;
    const item = byObject.get(name) ?? { on, privileges: [], columns: [] };
    byObject.set(name, item);
    if (!item.privileges.includes(privilege)) item.privileges.push(privilege);
    if (on.kind === 'column') item.columns.push(identifier(on.name));
  }
  const byPrivileges = new Map<string, string[]>();
  for (const { on, privileges, columns } of byObject.values()) {
    const object =
      on.kind === 'column' ? `${qualified(on.schema, on.table)}(${columns.join(', ')})` : grantedOn(on);
    const what = privilegesInWords(privileges, on.kind, serverVersion);
    const objects = byPrivileges.get(what) ?? [];
    byPrivileges.set(what, objects);
    objects.push(object);
  }
  return [...byPrivileges].map(([what, objects]) => `${what} on ${listOf(objects)}`).join('; ');
}

/** @returns `all privileges` for all there are, else `select, insert` in the manual's order. */
export function privilegesInWords(
  privileges: readonly string[],
  kind: GrantId['on']['kind'],
  serverVersion: number,
): string {
  const known = privilegesOn(kind, serverVersion);
  if (known.length > 2 && known.every((name) => privileges.includes(name))) return 'all privileges';
  return known.filter((name) => privileges.includes(name)).join(', ') || privileges.join(', ');
}

/** @returns default privileges in words: `select, insert on the tables that llmproxy_admin makes in auth from now on`. */
export function describeFuture(ids: readonly DefaultPrivilegeId[]): string {
  return groupBy(ids, ({ role, schema, objects }) => JSON.stringify([role, schema, objects]))
    .map((group) => {
      const { role, schema, objects } = group[0]!;
      const where = schema === null ? '' : ` in ${identifier(schema)}`;
      return `${group.map(({ privilege }) => privilege).join(', ')} on the ${objects} that ${identifier(role)} makes${where} from now on`;
    })
    .join('; ');
}

/** @returns what a finding about these grants is about: the one object, else their schema. A column's grant is about its table. */
export function subjectOf(ids: readonly (GrantId | DefaultPrivilegeId)[]): string {
  const names = new Set<string>();
  for (const id of ids)
    if (id.kind === 'grant' && id.on.kind !== 'schema')
      names.add(id.on.kind === 'column' ? qualified(id.on.schema, id.on.table) : nameOf(id.on));
  if (names.size === 1) return [...names][0]!;
  const schema = ids.map(schemaOf).find((each) => each !== undefined);
  return schema === undefined ? 'database' : identifier(schema);
}

/** @returns whether grants are on what all databases of a server share: parameters, tablespaces. */
export const areServers = (ids: readonly GrantId[]): boolean =>
  ids.every(({ on }) => on.kind === 'parameter' || on.kind === 'named-tablespace');
