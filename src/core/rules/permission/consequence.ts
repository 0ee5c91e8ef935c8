/** What a fact comes to: who else gains or loses effective access by it. */
import { type Catalog, entriesOf } from '../../model/catalog.ts';
import { type GrantId, type ObjectId, keyOf, schemaOf } from '../../model/id.ts';
import { onceOf } from '../../model/once-of.ts';
import { pushTo } from '../../model/push-to.ts';
import { identifier } from '../../../sql/quote.ts';
import type { LiveInput } from '../input.ts';
import { describeGrants, granteeName, listOf } from '../wording.ts';
import type { Membership } from './membership-grants.ts';

/** @returns who holds by these grants what it would not hold without them, apart from the grantee; undefined: nobody does. */
export function gainedBy(input: LiveInput, ids: readonly GrantId[]): string | undefined {
  const { access, live } = input;
  const to = ids[0]?.to;
  // What everybody has of information_schema is no entry: who holds it otherwise is not known.
  if (to === undefined || ids.every(({ on }) => schemaOf(on) === 'information_schema')) return undefined;
  if (to === 'public') return `every role gains ${describeGrants(ids, live.serverVersion)}`;
  const holdsOtherwise = (role: string, { on, privilege }: GrantId): boolean => {
    const groups = [role, ...access.memberships.inheritedBy(role), 'public'];
    const owner = access.ownerOf(on);
    const grantees = access.aclOf(on).get(privilege);
    return groups.some((group) => group !== to && (group === owner || grantees?.has(group) === true));
  };
  const unneeded = ids.every((id) => holdsOtherwise(to, id));
  return (
    inWords(input, ids, 'gain', (role, id) => !holdsOtherwise(role, id)) ??
    (unneeded ? `nobody gains by it: ${granteeName(to)} holds it otherwise` : undefined)
  );
}

/** @returns who lacks something for want of these grants, apart from the grantee. */
export function lostBy(input: LiveInput, ids: readonly GrantId[]): string | undefined {
  const { access, live } = input;
  if (ids[0]?.to === 'public') {
    const declared = [...input.manifest.roles.keys()].filter((role) =>
      ids.some(({ privilege, on }) => !access.holds(role, privilege, on)),
    );
    return declared.length === 0
      ? undefined
      : `${listOf(declared.map(identifier))} lose${declared.length === 1 ? 's' : ''} ${describeGrants(ids, live.serverVersion)}`;
  }
  return inWords(input, ids, 'lose', (role, { privilege, on }) => !access.holds(role, privilege, on));
}

/** The members of the grantee, those alike together. */
function inWords(
  { access, live }: LiveInput,
  ids: readonly GrantId[],
  verb: 'gain' | 'lose',
  concerns: (role: string, id: GrantId) => boolean,
): string | undefined {
  const alike = new Map<string, { roles: string[]; ids: GrantId[] }>();
  for (const role of access.memberships.inheritorsOf(ids[0]!.to)) {
    if (access.isSuperuser(role)) continue;
    const its = ids.filter((id) => concerns(role, id));
    if (its.length === 0) continue;
    const key = its.map((id) => keyOf(id)).join('\0');
    const group = alike.get(key);
    if (group === undefined) alike.set(key, { roles: [role], ids: its });
    else group.roles.push(role);
  }
  if (alike.size === 0) return undefined;
  return [...alike.values()]
    .map(
      ({ roles, ids: its }) =>
        `${listOf(roles.map(identifier))} ${verb}${roles.length === 1 ? 's' : ''} ${describeGrants(its, live.serverVersion)} with it`,
    )
    .join('; ');
}

/** @returns who may reach the rows of a table at all, apart from its owner and superusers: whom row security is about. */
export function readersOf({ access, manifest }: LiveInput, table: ObjectId): string[] {
  return [...manifest.roles.keys()].filter(
    (role) =>
      !access.isSuperuser(role) &&
      access.ownerOf(table) !== role &&
      ['select', 'insert', 'update', 'delete'].some((privilege) => access.holds(role, privilege, table)),
  );
}

/** @returns what roles are granted, in the order of the catalog. */
const grantsTo = (live: Catalog, roles: ReadonlySet<string>): readonly GrantId[] => {
  const held = [...roles].flatMap((role) => grantsByRole(live).get(role) ?? []);
  return held.sort(([a], [b]) => a - b).map(([, id]) => id);
};

/** By role, what it is granted, with the place in the catalog. */
const grantsByRole = onceOf((live: Catalog) => {
  const byRole = new Map<string, [place: number, id: GrantId][]>();
  let place = 0;
  for (const { id } of entriesOf(live, 'grant')) pushTo(byRole, id.to, [(place += 1), id]);
  return byRole;
});

/** @returns what a member has by this membership and by nothing else, and who has it by the member. */
export function gainedByMembership({ access, live }: LiveInput, { id }: Membership): string | undefined {
  const { memberships } = access;
  const edges = memberships.of(id.member);
  if (edges.find(({ role }) => role === id.role)?.inherit !== true)
    return `${identifier(id.member)} gains it after SET ROLE ${identifier(id.role)} only`;
  const through = (role: string) => [role, ...memberships.inheritedBy(role)];
  const otherwise = new Set([
    id.member,
    'public',
    ...edges.filter(({ role, inherit }) => inherit && role !== id.role).flatMap(({ role }) => through(role)),
  ]);
  const by = new Set(through(id.role).filter((role) => !otherwise.has(role)));
  const gained: GrantId[] = [];
  let owned = 0;
  for (const grant of grantsTo(live, by)) {
    if (grant.on.kind === 'schema') continue;
    const owner = access.ownerOf(grant.on);
    if (owner === grant.to) owned += 1;
    else if (
      ![...otherwise].some((role) => role === owner || access.aclOf(grant.on).get(grant.privilege)?.has(role))
    )
      gained.push(grant);
  }
  const members = [id.member, ...memberships.inheritorsOf(id.member)].map(identifier);
  const what = [
    ...(gained.length === 0 ? [] : [describeGrants(gained, live.serverVersion)]),
    ...(owned === 0 ? [] : [`all that ${identifier(id.role)} owns`]),
  ];
  return what.length === 0
    ? undefined
    : `${listOf(members)} gain${members.length === 1 ? 's' : ''} ${what.join('; and ')}`;
}
