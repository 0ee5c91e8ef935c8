/** Where a role is: on which servers, and what in which of their databases depends on it. */
import { type RoleInDatabase, type RoleOnServer, outOfReach, ownedIn } from '../core/access/removal.ts';
import { accessOf } from '../core/access/effective.ts';
import { closest } from '../core/closest.ts';
import { domainsIn } from '../core/manifest/domain-of.ts';
import { clusterHistory, historyOf } from '../core/migration/history.ts';
import type { MigrationFile } from '../core/migration/migration-file.ts';
import { inputError, operationalError } from '../core/model/problem.ts';
import { counted, grantedOn, listOf } from '../core/rules/wording.ts';
import {
  type Address,
  type Connection,
  describeAddress,
  isSameServer,
  withConnection,
} from '../db/connect.ts';
import { withOutside } from '../db/outside-schemas.ts';
import { introspect } from '../db/introspect/introspect.ts';
import { readHistories } from '../db/migrate/histories.ts';
import { readRights, readRoleDependencies, readRoleOnServer, roleNames } from '../db/role-dependencies.ts';
import { identifier } from '../sql/quote.ts';
import { readSource } from './migration-run.ts';
import type { Project, Target } from './target.ts';

const reading = { applicationName: 'dbctl roles', readOnly: true } as const;

/** A role on one server. */
export interface RoleSite {
  /** A database of it that the command is about. */
  readonly address: Address;
  readonly about: RoleOnServer;
  readonly databases: readonly RoleInDatabase[];
  /** What gives whoever asks the right to remove it. */
  readonly first: readonly string[];
}

/** @throws KnownError (2) when the manifest declares the role, or migrations that are not applied speak of it. */
export async function requireUnnamed(
  role: string,
  { project, targets }: { readonly project: Project; readonly targets: readonly Target[] },
): Promise<void> {
  const { manifest } = project;
  if (manifest.roles.has(role))
    throw inputError({
      message: `the manifest declares the role ${role}`,
      help: 'Take it out of roles, then write and apply the migrations: dbctl generate, dbctl migrate.',
    });
  const { files } = await readSource(project);
  const word = identifier(role);
  const upOf = ({ parsed, text }: MigrationFile) =>
    parsed.up === undefined ? '' : text.slice(parsed.up.start, parsed.up.end);
  const last = files.findLast((each) =>
    [`CREATE ROLE ${word};`, `DROP ROLE ${word};`].some((sql) => upOf(each).includes(sql)),
  );
  if (last !== undefined && !upOf(last).includes(`DROP ROLE ${word};`))
    throw inputError({
      message: `the migrations still make the role ${role}: ${last.file}`,
      help: 'Write the migration that takes it back, and apply it: dbctl generate, dbctl migrate.',
    });
  for (const { database, address } of targets) {
    await withConnection(address, reading, async (connection) => {
      const all = [clusterHistory, ...domainsIn(manifest, database).map(historyOf)];
      const histories = await readHistories(connection, database, all, files);
      const pending = histories
        .flatMap(({ files: own, applied }) =>
          own.filter(({ version }) => !applied.some((each) => each.version === version)),
        )
        .find(({ text }) => wordIn(text, word));
      if (pending !== undefined)
        throw inputError({
          message: `a migration that is not applied speaks of the role ${role}: ${pending.file}`,
          help: 'Apply it first: dbctl migrate.',
        });
    });
  }
}

const wordIn = (text: string, word: string): boolean =>
  text
    .split(word)
    .some(
      (before, at, parts) =>
        at < parts.length - 1 && !/[\w$]$/.test(before) && !/^[\w$]/.test(parts[at + 1]!),
    );

/**
 * @param addresses databases of the servers that are asked
 * @param to the new owner of what the role owns
 * @throws KnownError (2) when no server has the role, or it cannot go, or owns something and there is no new owner;
 * (3) when whoever asks has not got the right.
 */
export async function roleSites(
  addresses: readonly Address[],
  role: string,
  to: string | undefined,
): Promise<RoleSite[]> {
  const servers = addresses.filter(
    (address, at) => addresses.findIndex((each) => isSameServer(each, address)) === at,
  );
  const sites: RoleSite[] = [];
  const known = new Set<string>();
  for (const address of servers) {
    await withConnection(address, reading, async (connection) => {
      const names = await roleNames(connection);
      for (const each of names) known.add(each);
      const about = await readRoleOnServer(connection, role);
      if (about === undefined) return;
      requireRemovable(role, about, address);
      if (to !== undefined && (to === role || !names.includes(to))) throw noSuchOwner(to, role, names);
      const databases = await inEach(address, about, role);
      if (to === undefined) requireNothingOwned(role, databases);
      const owns = databases.some((each) => ownedIn(each).length > 0);
      sites.push({
        address,
        about,
        databases,
        first: await rightsFirst(connection, role, owns ? to : undefined, databases),
      });
    });
  }
  if (sites.length > 0) return sites;
  const near = closest(role, known);
  throw inputError({
    message: `${role}: the server has no such role`,
    help: near === undefined ? 'Nothing is left to do.' : `Write ${near}, if you mean that.`,
  });
}

async function inEach(server: Address, { databases }: RoleOnServer, role: string): Promise<RoleInDatabase[]> {
  const found: RoleInDatabase[] = [];
  for (const { name, isOpen } of databases) {
    if (!isOpen)
      throw operationalError({
        message: `database ${name} takes no connections, and something in it is ${role}’s`,
        help: 'ALTER DATABASE … ALLOW_CONNECTIONS true, for as long as it takes.',
      });
    await withConnection({ ...server, database: name }, reading, async (connection) => {
      const catalog = await withOutside(connection, await introspect(connection));
      const dependencies = await readRoleDependencies(connection, role);
      found.push({ database: name, catalog, access: accessOf(catalog), dependencies });
    });
  }
  return found;
}

function requireRemovable(role: string, { isFirst, isMe }: RoleOnServer, address: Address): void {
  if (role.startsWith('pg_') || isFirst)
    throw inputError({
      message: `${role} is the server’s own role, in ${describeAddress(address)}: it cannot go`,
      help: 'Name a role that somebody made.',
    });
  if (isMe) throw inputError({ message: `${role} is who is connected`, help: 'Connect as another role.' });
}

function noSuchOwner(to: string, role: string, names: readonly string[]): Error {
  const near = closest(
    to,
    names.filter((each) => each !== role),
  );
  return inputError({
    message:
      to === role
        ? `--reassign-to ${to}: that role is to go`
        : `--reassign-to ${to}: the server has no such role`,
    help:
      near === undefined
        ? 'Name the role that is to own what it owns.'
        : `Write --reassign-to ${near}, if you mean that.`,
  });
}

function requireNothingOwned(role: string, databases: readonly RoleInDatabase[]): void {
  const owned = databases
    .map((each) => ({ database: each.database, objects: ownedIn(each) }))
    .filter(({ objects }) => objects.length > 0);
  if (owned.length === 0) return;
  throw inputError({
    message: `${role} owns ${owned
      .map(
        ({ database, objects }) =>
          `${counted(objects.length, 'object')} in database ${identifier(database)}: ${listOf(objects)}`,
      )
      .join('; ')}`,
    help: 'Say whose they are to be: --reassign-to <role>.',
  });
}

/** @returns what gives whoever asks the right to it. @throws KnownError (3) with the right that is missing. */
async function rightsFirst(
  connection: Connection,
  role: string,
  to: string | undefined,
  databases: readonly RoleInDatabase[],
): Promise<string[]> {
  const { isSuperuser, hasRole, mayGrant, mayDrop, hasOwner } = await readRights(connection, role, to);
  if (isSuperuser) return [];
  const [who, name] = [connection.address.user, identifier(role)];
  const lacks = (message: string, help: string) => operationalError({ message: `${who} ${message}`, help });
  if (!mayDrop)
    throw lacks(
      `may not drop role ${role}`,
      connection.serverVersion < 160000
        ? 'Connect as a superuser, or as a role with CREATEROLE.'
        : `Connect as a superuser, or as a role with CREATEROLE and the admin option: GRANT ${name} TO ${identifier(who)} WITH ADMIN OPTION.`,
    );
  if (!hasOwner)
    throw lacks(
      `has not the privileges of ${to!}, and may give it nothing`,
      `Write: GRANT ${identifier(to!)} TO ${identifier(who)}.`,
    );
  const beyond = databases.flatMap((each) => outOfReach(role, who, each));
  if (beyond.length > 0) {
    const owners = [...new Set(beyond.map(({ owner }) => owner ?? 'a superuser'))];
    throw lacks(
      `may not take what ${role} holds on ${listOf(beyond.map(({ on }) => grantedOn(on)))}: the owner is ${listOf(owners)}`,
      'Connect as a superuser, or as a role that has the privileges of the owner.',
    );
  }
  if (hasRole) return [];
  if (!mayGrant)
    throw lacks(`has not the privileges of ${role}`, `Write: GRANT ${name} TO ${identifier(who)}.`);
  const option = connection.serverVersion < 160000 ? '' : ' WITH INHERIT TRUE';
  return [`GRANT ${name} TO CURRENT_USER${option}`];
}
