/** Who of the declared roles is to connect to a database, and by which roles. */
import { domainsIn } from './domain-of.ts';
import type { Manifest, RoleDeclaration } from './manifest.ts';
import { isUnmanagedRole } from './unmanaged.ts';

/**
 * @returns the declared logins that have something to do in the database: who is granted something or owns a domain
 * there, by itself or by a group. With a single database, whoever is declared with nothing to do has it there.
 * Superusers need no leave to connect, and are not among them.
 */
export function loginsOf(manifest: Manifest, database: string): RoleDeclaration[] {
  const [here, anywhere] = [
    rolesAtWork(manifest, [database]),
    rolesAtWork(manifest, manifest.databases.keys()),
  ];
  return [...manifest.roles.values()].filter((role) => {
    if (!role.login || role.superuser || isUnmanagedRole(manifest, role.name)) return false;
    const groups = groupsOf(manifest, role.name, () => true);
    if (groups.some((group) => here.has(group))) return true;
    // Replication asks for no database.
    return manifest.databases.size === 1 && !role.replication && !groups.some((group) => anywhere.has(group));
  });
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
  const found = new Set([name]);
  // A set is walked in the order of insertion, and takes in what is added on the way.
  for (const each of found) {
    const member = roles.get(each);
    for (const membership of member?.memberOf ?? [])
      if (follows(membership, member!)) found.add(membership.role);
  }
  return [...found];
}

/** Those that are granted something, or own something, in these databases. */
function rolesAtWork(manifest: Manifest, databases: Iterable<string>): ReadonlySet<string> {
  const domains = [...databases].flatMap((database) => domainsIn(manifest, database));
  const names = new Set(domains.map(({ name }) => name));
  return new Set([
    ...domains.flatMap(({ owner, owners }) => [
      ...(owner === undefined ? [] : [owner]),
      ...owners.map((each) => each.owner),
    ]),
    ...[...manifest.roles.values()].flatMap(({ name, grants }) =>
      grants.some(({ targets }) => targets.some(({ domain }) => names.has(domain))) ? [name] : [],
    ),
  ]);
}
