/** Who of the declared roles is to connect to a database, and by which roles. */
import { reachedFrom } from '../model/reached.ts';
import { domainsIn, ownersOf } from './domain-of.ts';
import type { Manifest, RoleDeclaration } from './manifest.ts';
import { isUnmanagedRole } from './unmanaged.ts';

/**
 * @returns the declared logins that have something to do in the database: who is granted something or owns a domain
 * there, by itself or by a group. With a single database, whoever is declared with nothing to do has it there.
 * Superusers need no leave to connect, and are not among them.
 */
export function loginsOf(manifest: Manifest, database: string): RoleDeclaration[] {
  const isOnly = manifest.databases.size === 1;
  const isAtWork = atWork(manifest, [database]);
  return loginsAllowed(manifest, database).filter(
    // Replication asks for no database.
    ({ name, replication }) => (isOnly && !replication) || isAtWork(name),
  );
}

/** @returns those, and the logins of which the manifest does not say where they have something to do. */
export function loginsAllowed(manifest: Manifest, database: string): RoleDeclaration[] {
  const isHere = atWork(manifest, [database]);
  const isSomewhere = atWork(manifest, [...manifest.databases.keys()]);
  return [...manifest.roles.values()].filter(
    ({ name, login, superuser }) =>
      login && !superuser && !isUnmanagedRole(manifest, name) && (isHere(name) || !isSomewhere(name)),
  );
}

/** Whether a role, or a group of its, is granted something, or owns something, in these databases. */
function atWork(manifest: Manifest, databases: readonly string[]): (role: string) => boolean {
  const working = rolesAtWork(manifest, databases);
  return (role) => groupsOf(manifest, role, () => true).some((group) => working.has(group));
}

/** @returns the role, and the declared groups whose privileges it is declared to use as its own. */
export function carriersOf(manifest: Manifest, role: string): readonly string[] {
  return groupsOf(manifest, role, ({ inherit }, member) => inherit ?? member.inherit);
}

function groupsOf(
  { roles }: Manifest,
  name: string,
  follows: (membership: RoleDeclaration['memberOf'][number], member: RoleDeclaration) => boolean,
): readonly string[] {
  const followed = (each: string): string[] => {
    const member = roles.get(each);
    return (member?.memberOf ?? []).filter((one) => follows(one, member!)).map(({ role }) => role);
  };
  return [...reachedFrom(name, followed)];
}

/** Those that are granted something, or own something, in these databases. */
function rolesAtWork(manifest: Manifest, databases: readonly string[]): ReadonlySet<string> {
  const domains = databases.flatMap((database) => domainsIn(manifest, database));
  const names = new Set(domains.map(({ name }) => name));
  return new Set([
    ...domains.flatMap(ownersOf),
    ...[...manifest.roles.values()].flatMap(({ name, grants }) =>
      grants.some(({ targets }) => targets.some(({ domain }) => names.has(domain))) ? [name] : [],
    ),
  ]);
}
