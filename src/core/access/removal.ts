/**
 * How a role goes: what it owns becomes another's, what it holds is taken, in every database of its server, and then
 * it is dropped. Nobody else loses anything by it but its members: what it granted others, they are granted anew first.
 */
import { type GrantAttributes, type Given, everyPrivilege, privilegeStatement } from '../kinds/grant.ts';
import { identityColumns } from '../kinds/identity-privileges.ts';
import type { OwnedByAttributes } from '../kinds/owned-by.ts';
import type { MembershipAttributes, MembershipGiven } from '../kinds/membership.ts';
import { type Catalog, entriesOf, find, relationOf, wholeOf } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type GrantId, type Key, type ObjectId, type OwnedById, type OwnerId, keyOf } from '../model/id.ts';
import { merged, sqlToCreate } from '../rules/fix.ts';
import { counted, listOf } from '../rules/wording.ts';
import { identifier } from '../../sql/quote.ts';
import type { GrantEntry } from './acl.ts';
import type { Access } from './effective.ts';

/** What one server knows of a role. */
export interface RoleOnServer {
  /** The superuser that the server was made with: it cannot go. */
  readonly isFirst: boolean;
  /** Who asks. */
  readonly isMe: boolean;
  readonly isSuperuser: boolean;
  /** Its direct members. */
  readonly members: readonly string[];
  readonly sessions: number;
  /** In which something depends on it. */
  readonly databases: readonly { readonly name: string; readonly isOpen: boolean }[];
}

export interface RoleDependency {
  /** As pg_describe_object calls it. */
  readonly object: string;
  /** Of the whole server: a database, a tablespace, a membership. */
  readonly isShared: boolean;
  /** `goes`: it is nothing without the role (its default privileges, its user mappings, a policy for it alone). */
  readonly what: 'owner' | 'privilege' | 'named' | 'goes';
}

/** One database, and what in it depends on the role. */
export interface RoleInDatabase {
  readonly database: string;
  readonly catalog: Catalog;
  readonly access: Access;
  readonly dependencies: readonly RoleDependency[];
}

export interface RemovalStep {
  readonly database: string;
  /** One transaction. Without semicolons. */
  readonly sql: readonly string[];
}
export interface Removal {
  /** In order. The role is gone after the last. */
  readonly steps: readonly RemovalStep[];
  /** What is lost, and what changes hands, a line each. */
  readonly losses: readonly string[];
}

/** @returns the objects in a database that need another owner before the role can go. */
export const ownedIn = ({ dependencies }: Pick<RoleInDatabase, 'dependencies'>): string[] =>
  dependencies.filter(({ what }) => what === 'owner').map(({ object }) => object);

/**
 * @param by who is to remove the role, and is no superuser
 * @returns the objects on which the role holds something that `by` cannot take: neither is it the owner, nor has it the
 * owner's privileges. The server says nothing of it until the role is to be dropped.
 */
export function outOfReach(
  role: string,
  by: string,
  { catalog, access }: RoleInDatabase,
): { readonly on: ObjectId; readonly owner: string | undefined }[] {
  const own = new Set([role, by, ...access.memberships.inheritedBy(by)]);
  const found = new Map<Key, { on: ObjectId; owner: string | undefined }>();
  for (const { id, aside } of entriesOf(catalog, 'grant')) {
    const given = (aside?.['given'] ?? []) as readonly Given[];
    if (id.to !== role && !given.some(({ grantor }) => grantor === role)) continue;
    const owner = access.ownerOf(id.on);
    if (owner === undefined || !own.has(owner)) found.set(keyOf(id.on), { on: id.on, owner });
  }
  return [...found.values()];
}

/**
 * @param to the new owner of what it owns; undefined: it owns nothing
 * @param all every database in which something depends on the role
 * @param home where it is dropped, and where what is before all else is done
 * @param first statements for whoever removes it to have the right to
 */
export function removalOf(
  role: string,
  to: string | undefined,
  server: Pick<RoleOnServer, 'members' | 'sessions'>,
  all: readonly RoleInDatabase[],
  home: string,
  first: readonly string[] = [],
): Removal {
  const name = identifier(role);
  const kept = all.map((each, at) => ({
    database: each.database,
    sql: sqlToCreate(grantedAnew(role, each, at === 0), each.catalog),
  }));
  // DROP OWNED leaves what the role granted, where it has the same grant option through another role.
  if (kept.some(({ sql }) => sql.length > 0))
    kept.push({ database: home, sql: withoutMemberships(role, all[0]!.catalog) });
  const steps = all.map((each) => ({
    database: each.database,
    sql: [
      ...takenFrom(role, each),
      ...takenBack(role, each),
      ...(ownedIn(each).length > 0 && to !== undefined
        ? [`REASSIGN OWNED BY ${name} TO ${identifier(to)}`]
        : []),
      `DROP OWNED BY ${name}`,
    ],
  }));
  return {
    steps: together([
      ...[{ database: home, sql: first }, ...kept].filter(({ sql }) => sql.length > 0),
      ...steps,
      { database: home, sql: [`DROP ROLE ${name}`] },
    ]),
    losses: lossesOf(role, to, server, all),
  };
}

/** What follows one another in one database is one transaction: of a role in a single database, all of it or nothing. */
function together(steps: Removal['steps']): Removal['steps'] {
  const found: { database: string; sql: readonly string[] }[] = [];
  for (const { database, sql } of steps) {
    const last = found.at(-1);
    if (last?.database === database) last.sql = [...last.sql, ...sql];
    else found.push({ database, sql });
  }
  return found;
}

/** The grants of the role on what is not its own. Those of an owner become the next owner's. */
function* grantedBy(role: string, catalog: Catalog, access: Access): Generator<GrantEntry> {
  for (const { id, aside } of entriesOf<'grant', GrantAttributes>(catalog, 'grant')) {
    const given = (aside?.['given'] ?? []) as readonly Given[];
    const from = given.find(({ grantor }) => grantor === role);
    if (from === undefined || id.to === role || access.ownerOf(id.on) === role) continue;
    yield { id, attrs: { grantable: from.grantable } };
  }
}

/** What others have from the role on what is not its own, which goes with what the role holds. */
function grantedAnew(role: string, { catalog, access }: RoleInDatabase, isFirst: boolean): Entry[] {
  const entries: Entry[] = [...grantedBy(role, catalog, access)].map(({ id, attrs }) => ({
    id,
    attrs: { ...attrs },
  }));
  // Until 15 a membership stands without its grantor.
  if (catalog.serverVersion < 160000 || !isFirst) return entries;
  for (const { id, aside } of entriesOf<'membership', MembershipAttributes>(catalog, 'membership')) {
    const given = (aside?.['given'] ?? []) as readonly MembershipGiven[];
    const from = given.find(({ grantor }) => grantor === role);
    if (from === undefined || id.member === role || id.role === role) continue;
    const { admin, inherit, set } = from;
    entries.push({ id, attrs: { admin, inherit, set } });
  }
  return entries;
}

/**
 * What it granted without having the grant option any more but through another role: no command takes that away, unless
 * it has the option itself, and loses it.
 */
function takenBack(role: string, { catalog, access }: RoleInDatabase): string[] {
  const orphans = new Map<string, GrantId>();
  for (const { id } of grantedBy(role, catalog, access)) {
    const own = find<GrantId, GrantAttributes>(catalog, { ...id, to: role });
    if (own?.attrs.grantable !== true) orphans.set(keyOf({ ...id, to: role }), { ...id, to: role });
  }
  const ids = [...orphans.values()];
  return [...privileges('GRANT', ids, catalog), ...privileges('REVOKE', ids, catalog)];
}

/** GRANT … WITH GRANT OPTION, or REVOKE … CASCADE. */
const privileges = (verb: 'GRANT' | 'REVOKE', ids: readonly GrantId[], { serverVersion }: Catalog) =>
  merged(ids.map((id) => privilegeStatement(verb, id, everyPrivilege(id, serverVersion), true, ' CASCADE')));

/**
 * What others than the owner gave it: DROP OWNED takes what the owner gave. Each takes it back, if the server lets it
 * act for itself. Where it does not (whoever has the owner's rights acts for the owner), the role owns the object for a
 * moment: what it was given and what it gave is the owner's then.
 */
function takenFrom(role: string, { catalog, access }: RoleInDatabase): string[] {
  const byGrantor = new Map<string, GrantId[]>();
  const swapped = new Map<Key, OwnerId>();
  for (const { id, aside } of entriesOf<'grant', GrantAttributes>(catalog, 'grant')) {
    if (id.to !== role) continue;
    const owner = access.ownerOf(id.on);
    for (const { grantor } of (aside?.['given'] ?? []) as readonly Given[]) {
      if (grantor === owner || owner === role || owner === undefined) continue;
      const whole = wholeOf(catalog, id.on);
      const mayPassOn = [id.on, whole].some(
        (on) => find<GrantId, GrantAttributes>(catalog, { ...id, on, to: grantor })?.attrs.grantable,
      );
      // A database is named by a DO block, for which it may lack the language.
      const isNotItself =
        id.on.kind === 'database' ||
        access.isSuperuser(grantor) ||
        access.memberships.inheritedBy(grantor).includes(owner);
      // A parameter has no owner that could be another.
      if (id.on.kind === 'parameter' || (mayPassOn && !isNotItself && access.reaches(grantor, id.on)))
        byGrantor.set(grantor, [...(byGrantor.get(grantor) ?? []), id]);
      else {
        const on = tableOfSequence(whole, catalog);
        swapped.set(keyOf(on), { kind: 'owner', on });
      }
    }
  }
  return [
    ...[...byGrantor].flatMap(([grantor, ids]) => [
      `SET ROLE ${identifier(grantor)}`,
      ...privileges('REVOKE', ids, catalog),
      'RESET ROLE',
    ]),
    ...[...swapped.values()].flatMap((id) =>
      [role, access.ownerOf(id.on)!].flatMap((owner) =>
        sqlToCreate([{ id, attrs: { role: owner } }], catalog),
      ),
    ),
  ];
}

/** A sequence that a table's column owns, or is one with, has the table's owner. */
function tableOfSequence(on: ObjectId, catalog: Catalog): ObjectId {
  if (on.kind !== 'sequence') return on;
  const column = identityColumns(catalog).get(keyOf(on))?.column;
  if (column !== undefined) return relationOf(catalog, column);
  const owned = find<OwnedById, OwnedByAttributes>(catalog, { ...on, kind: 'owned-by' });
  return owned === undefined ? on : { kind: 'table', schema: owned.attrs.schema, name: owned.attrs.table };
}

/** Out of every role that it is a member of. */
function withoutMemberships(role: string, catalog: Catalog): string[] {
  const sql: string[] = [];
  for (const { id, aside } of entriesOf(catalog, 'membership')) {
    if (id.member !== role) continue;
    const revoke = `REVOKE ${identifier(id.role)} FROM ${identifier(role)}`;
    const given = (aside?.['given'] ?? []) as readonly MembershipGiven[];
    // Until 15 there is one membership, whoever granted it.
    if (catalog.serverVersion < 160000) sql.push(revoke);
    else for (const { grantor } of given) sql.push(`${revoke} GRANTED BY ${identifier(grantor)} CASCADE`);
  }
  return sql;
}

function lossesOf(
  role: string,
  to: string | undefined,
  { members, sessions }: Pick<RoleOnServer, 'members' | 'sessions'>,
  all: readonly RoleInDatabase[],
): string[] {
  const name = identifier(role);
  const losses: string[] = [];
  const shared = new Map<string, RoleDependency>();
  for (const { database, dependencies } of all) {
    for (const each of dependencies) if (each.isShared) shared.set(`${each.what} ${each.object}`, each);
    losses.push(
      ...told(
        dependencies.filter(({ isShared }) => !isShared),
        to,
        `in database ${identifier(database)}: `,
      ),
    );
  }
  losses.push(...told([...shared.values()], to, ''));
  if (members.length > 0)
    losses.push(
      `its members lose what they had through it: ${listOf(members.map((each) => identifier(each)))}`,
    );
  if (sessions > 0)
    losses.push(
      `${counted(sessions, 'session')} logged in as it, and ${sessions === 1 ? 'goes' : 'go'} on without it`,
    );
  return [`role ${name}`, ...losses];
}

function told(dependencies: readonly RoleDependency[], to: string | undefined, where: string): string[] {
  const of = (wanted: RoleDependency['what']) =>
    dependencies.filter(({ what }) => what === wanted).map(({ object }) => object);
  const lines: string[] = [];
  const add = (objects: readonly string[], text: string) => {
    if (objects.length > 0) lines.push(`${where}${text}: ${listOf(objects)}`);
  };
  const owned = of('owner');
  if (to !== undefined)
    add(owned, `${identifier(to)} becomes the owner of ${counted(owned.length, 'object')}`);
  add(of('privilege'), 'its privileges are taken');
  add(of('named'), 'it is taken out of policies');
  add(of('goes'), 'what is nothing without it goes');
  return lines;
}
