/** Two catalogs of one database at two times: who gained and who lost which effective access, and by which fact. */
import { identityColumn, identityColumns } from '../kinds/identity-privileges.ts';
import { isServersSchema } from '../manifest/unmanaged.ts';
import { privilegesOn } from '../kinds/privileges.ts';
import type { RoleAttributes } from '../kinds/role.ts';
import { entriesOf, find } from '../model/catalog.ts';
import { type Key, type ObjectId, keyOf, schemaOf } from '../model/id.ts';
import { granteeName, grantedOn } from '../rules/wording.ts';
import { serversLanguages, signatureOf } from './acl.ts';
import type { Holding } from './effective.ts';
import { type Path, type Question, type Step, type World, pathsNow } from './path.ts';
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
  const roles = [...new Set([...namesIn(before), ...namesIn(after)])].sort();
  const isSuper = new Set(
    roles.filter((role) => before.access.isSuperuser(role) || after.access.isSuperuser(role)),
  );
  const judged = [...roles.filter((role) => !isSuper.has(role)), 'public'];
  const moved = judged.filter((role) => groupsOf(before, role) !== groupsOf(after, role));
  const changes: AccessChange[] = [];
  for (const object of objectsOf(before, after)) {
    const isSame =
      signatureOf(before.access.aclOf(object)) === signatureOf(after.access.aclOf(object)) &&
      before.access.ownerOf(object) === after.access.ownerOf(object);
    const some = isSame ? moved : judged;
    if (some.length === 0) continue;
    const [then, now] = [before.access.holdersOf(object), after.access.holdersOf(object)];
    for (const role of some)
      for (const privilege of privilegesOn(object.kind, after.catalog.serverVersion)) {
        const of = (holders: typeof then) =>
          holders.get(role)?.find((holding) => holding.privilege === privilege);
        const [had, has] = [of(then), of(now)];
        if (rankOf(had) === rankOf(has)) continue;
        const gained = rankOf(has) > rankOf(had);
        const change = changeOf(
          { role, privilege, on: object },
          gained ? [after, before] : [before, after],
          had !== undefined && has !== undefined,
        );
        if (change !== undefined) changes.push({ change: gained ? 'gained' : 'lost', ...change });
      }
  }
  return changes;
}

/** What privileges can be on in either, each once. */
function objectsOf(before: World, after: World): Iterable<ObjectId> {
  const objects = new Map<Key, ObjectId>();
  for (const { catalog } of [before, after])
    for (const [key, { id }] of catalog.entries)
      if ((privilegesOn(id.kind as ObjectId['kind'], catalog.serverVersion)?.length ?? 0) > 0)
        objects.set(key, id as ObjectId);
      // Columns of views, parameters, what extensions contain: no entries, and may have an ACL.
      else if (id.kind === 'grant') objects.set(keyOf(id.on), id.on);
  for (const { catalog } of [before, after])
    for (const [key, { sequence }] of identityColumns(catalog)) objects.set(key, sequence);
  for (const name of serversLanguages) {
    const id = { kind: 'language', name } as const;
    objects.set(keyOf(id), id);
  }
  return objects.values();
}

const rankOf = (holding: Holding | undefined): number =>
  holding === undefined ? 0 : holding.grantable ? 2 : 1;

/** @returns what the first has and the second lacks; undefined where it is told elsewhere. */
function changeOf(
  question: Question,
  [has, lacks]: readonly [World, World],
  both: boolean,
): Omit<AccessChange, 'change'> | undefined {
  const { role, privilege, on: object } = question;
  // Of a column, what its table gives is told of the table; what the server's own roles give on everything, of the role.
  const paths = pathsNow(has, question).filter((path) => {
    const { via, object: where } = path.at(-1)!;
    return via !== 'predefined role' && (where === undefined || keyOf(where) === keyOf(object));
  });
  const path = paths.find((each) => each.at(-1)!.via !== 'public') ?? paths[0];
  if (path === undefined && !both) return undefined;
  // What a server has no word for yet, an owner may do there without it.
  const isKnown = privilegesOn(object.kind, lacks.catalog.serverVersion).includes(privilege);
  if (!isKnown && path?.at(-1)?.via === 'owner') return undefined;
  // What everybody has is told of PUBLIC.
  if (role !== 'public' && !both && path?.at(-1)?.via === 'public') return undefined;
  return {
    role,
    object,
    privilege,
    grantOption: both,
    path: path ?? [],
    because:
      difference(role, path ?? [], object, lacks) ??
      `the grant option of ${privilege} on ${grantedOn(object)}`,
  };
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
    const isThere =
      on.kind === 'database' ||
      on.kind === 'column' ||
      on.kind === 'language' ||
      isServersSchema(schemaOf(on) ?? '') ||
      exists(on) ||
      (on.kind === 'sequence' && identityColumn(lacks.catalog, on) !== undefined);
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
  grantor === undefined || grantor === '' ? '' : `, granted by ${granteeName(grantor)}`;

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
