/** Two catalogs of one database at two times: who gained and who lost which effective access, and by which fact. */
import { privilegesOn } from '../kinds/privileges.ts';
import type { RoleAttributes } from '../kinds/role.ts';
import { entriesOf, find } from '../model/catalog.ts';
import { type Key, type ObjectId, keyOf } from '../model/id.ts';
import { granteeName, grantedOn } from '../rules/wording.ts';
import { signatureOf } from './acl.ts';
import { type Path, type Step, type World, pathsNow } from './path.ts';
import { serversRoles } from './predefined.ts';

export interface AccessChange {
  readonly change: 'gained' | 'lost';
  /** A role, or `public`: what everybody gains is told once. */
  readonly role: string;
  readonly object: ObjectId;
  readonly privilege: string;
  /** Only the right to pass it on. */
  readonly grantOption: boolean;
  /** The path in the catalog that has it. */
  readonly path: Path;
  /** What of the path the other catalog has not, in words. */
  readonly because: string;
}
/** Something about a role that gives it more than privileges on single objects. */
export interface RoleChange {
  readonly change: 'gained' | 'lost';
  readonly role: string;
  /** `superuser`, `login`, `member of pg_read_all_data`; `existence` of the role itself. */
  readonly what: string;
}

/** @returns the changes of effective access without SET ROLE, superusers apart: what they gain is that they are. */
export function accessChanges(before: World, after: World): AccessChange[] {
  const objects = new Map<Key, ObjectId>();
  for (const { catalog } of [before, after])
    for (const [key, { id }] of catalog.entries)
      if ((privilegesOn(id.kind as ObjectId['kind'], catalog.serverVersion)?.length ?? 0) > 0)
        objects.set(key, id as ObjectId);
      // A view's columns are no entries, and may have an ACL.
      else if (id.kind === 'grant' && id.on.kind === 'column') objects.set(keyOf(id.on), id.on);
  const roles = [...new Set([...namesIn(before), ...namesIn(after)])].sort();
  const isSuper = new Set(
    roles.filter((role) => before.access.isSuperuser(role) || after.access.isSuperuser(role)),
  );
  const judged = [...roles.filter((role) => !isSuper.has(role)), 'public'];
  const moved = judged.filter((role) => groupsOf(before, role) !== groupsOf(after, role));
  const changes: AccessChange[] = [];
  for (const object of objects.values()) {
    const [aclBefore, aclAfter] = [before.access.aclOf(object), after.access.aclOf(object)];
    const isSame = signatureOf(aclBefore) === signatureOf(aclAfter);
    const privileges = new Set([...aclBefore.keys(), ...aclAfter.keys()]);
    for (const privilege of privileges)
      for (const role of isSame ? moved : judged) {
        const [then, now] = [
          standing(before, role, privilege, object),
          standing(after, role, privilege, object),
        ];
        if (then === now) continue;
        const gained = rank[now] > rank[then];
        const [has, lacks] = gained ? [after, before] : [before, after];
        const both = rank[then] > 0 && rank[now] > 0;
        // What the server's own roles give on everything is told of the role.
        const paths = pathsNow(has, { role, privilege, on: object }).filter(
          (each) => each.at(-1)!.via !== 'predefined role',
        );
        const path = paths.find((each) => each.at(-1)!.via !== 'public') ?? paths[0] ?? [];
        // What everybody has is told of PUBLIC.
        if (role !== 'public' && !both && path.at(-1)?.via === 'public') continue;
        const because = difference(role, path, object, lacks);
        changes.push({
          change: gained ? 'gained' : 'lost',
          role,
          object,
          privilege,
          grantOption: both,
          path,
          because: because ?? `the grant option of ${privilege} on ${grantedOn(object)}`,
        });
      }
  }
  return changes;
}

const rank = { no: 0, yes: 1, grantable: 2 } as const;
function standing({ access }: World, role: string, privilege: string, on: ObjectId): keyof typeof rank {
  const acl = access.aclOf(on).get(privilege);
  if (acl === undefined) return 'no';
  const groups = role === 'public' ? [role] : [role, ...access.memberships.inheritedBy(role), 'public'];
  const entries = groups.flatMap((group) => acl.get(group) ?? []);
  if (entries.length === 0) return 'no';
  return entries.some(({ attrs }) => attrs.grantable) ? 'grantable' : 'yes';
}

const namesIn = ({ catalog }: World) => [...entriesOf(catalog, 'role')].map(({ id }) => id.name);
const groupsOf = ({ access }: World, role: string) =>
  [...access.memberships.inheritedBy(role)].sort().join('\0');

/** The first fact of the path that the other catalog has not, in words. */
function difference(role: string, path: Path, object: ObjectId, lacks: World): string | undefined {
  const exists = (id: Parameters<typeof find>[1]) => find(lacks.catalog, id) !== undefined;
  if (role !== 'public' && !exists({ kind: 'role', name: role })) return `role ${granteeName(role)}`;
  let member = role;
  for (const step of path) {
    if (step.via === 'member of') {
      const edge = lacks.access.memberships.of(member).find((each) => each.role === step.role);
      if (edge?.inherit !== true) {
        const options = edge === undefined ? '' : ' with inherit';
        return `membership of ${granteeName(member)} in ${granteeName(step.role!)}${options}${by(step.given?.[0]?.grantor)}`;
      }
      member = step.role!;
      continue;
    }
    const on = step.object ?? object;
    const isThere = on.kind === 'database' || on.kind === 'column' || on.kind === 'language' || exists(on);
    if (!isThere) return `${on.kind.replaceAll('-', ' ')} ${grantedOn(on)}`;
    const holder = step.via === 'public' ? 'public' : step.role!;
    if (lacks.access.aclOf(on).get(step.privilege!)?.has(holder) !== true) return granted(step, on, lacks);
  }
  return undefined;
}

function granted(step: Step, on: ObjectId, lacks: World): string {
  if (step.via === 'owner' && lacks.access.ownerOf(on) !== step.role)
    return `ownership of ${grantedOn(on)} by ${granteeName(step.role!)}`;
  const to = step.via === 'public' ? 'PUBLIC' : granteeName(step.role!);
  return `${step.privilege} on ${grantedOn(on)} to ${to}${by(step.grantor)}`;
}

const by = (grantor: string | undefined) =>
  grantor === undefined ? '' : `, granted by ${granteeName(grantor)}`;

const facts = {
  superuser: 'superuser',
  bypassRls: 'bypassrls',
  createRole: 'createrole',
  createDatabase: 'createdb',
  replication: 'replication',
  login: 'login',
} as const;

/** @returns what changed of the roles themselves. */
export function roleChanges(before: World, after: World): RoleChange[] {
  const changes: RoleChange[] = [];
  for (const role of [...new Set([...namesIn(before), ...namesIn(after)])].sort()) {
    const [then, now] = [factsOf(before, role), factsOf(after, role)];
    for (const what of now) if (!then.has(what)) changes.push({ change: 'gained', role, what });
    for (const what of then) if (!now.has(what)) changes.push({ change: 'lost', role, what });
  }
  return changes;
}

function factsOf({ catalog, access }: World, role: string): Set<string> {
  const attrs = find(catalog, { kind: 'role', name: role })?.attrs as RoleAttributes | undefined;
  if (attrs === undefined) return new Set();
  const groups = new Set(serversRoles);
  return new Set([
    'existence',
    ...Object.entries(facts).flatMap(([name, word]) => (attrs[name as keyof typeof facts] ? [word] : [])),
    ...access.memberships
      .inheritedBy(role)
      .filter((group) => groups.has(group))
      .map((group) => `member of ${group}`),
  ]);
}
