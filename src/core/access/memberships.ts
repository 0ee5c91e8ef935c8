/** Whose privileges a role has: its memberships, followed as roles_is_member_of() follows them (utils/adt/acl.c). */
import { type Catalog, entriesOf, find } from '../model/catalog.ts';
import type { DatabaseAttributes } from '../kinds/database.ts';
import type { MembershipAttributes, MembershipGiven } from '../kinds/membership.ts';
import type { RoleAttributes } from '../kinds/role.ts';
import type { DatabaseId } from '../model/id.ts';
import { reachedFrom } from '../model/reached.ts';
import { databaseOwner, monitorsRoles } from './predefined.ts';

/** One membership, with what each grantor gave of it. */
export interface Edge {
  readonly member: string;
  readonly role: string;
  /** Whether the member uses the role's privileges as its own. */
  readonly inherit: boolean;
  /** Whether the member may SET ROLE to it. */
  readonly set: boolean;
  /** Whether the member may grant it, to itself too. */
  readonly admin: boolean;
  /** Empty: nobody granted it (the owner of the database in pg_database_owner). */
  readonly given: readonly GivenMembership[];
}
export interface GivenMembership extends Omit<MembershipGiven, 'inherit' | 'set'> {
  readonly inherit: boolean;
  readonly set: boolean;
}

/** Which memberships are followed. */
export type Follow = 'inherit' | 'set';

export interface Memberships {
  /** The roles whose privileges `role` uses as its own, nearest first, itself not included. */
  inheritedBy(role: string): readonly string[];
  /** The roles that `role` may SET ROLE to, nearest first, itself not included. */
  settableBy(role: string): readonly string[];
  /** The roles that use the privileges of `role` as their own, itself not included, sorted. */
  inheritorsOf(role: string): readonly string[];
  /** The memberships of a role itself. */
  of(member: string): readonly Edge[];
  /** Every way from one role to another, shortest first, without a role twice; no more than `most`. */
  chains(from: string, to: string, follow: Follow, most: number): readonly (readonly Edge[])[];
}

/**
 * 15: a member inherits unless its own attribute is NOINHERIT, and may SET ROLE to whatever it is a member of. 16 and
 * later: each membership says so itself. The database's owner is an implicit member of pg_database_owner.
 */
export function membershipsOf(catalog: Catalog): Memberships {
  const edges = edgesOf(catalog);
  const of = (member: string): readonly Edge[] => edges.get(member) ?? [];

  const known = { inherit: new Map<string, readonly string[]>(), set: new Map<string, readonly string[]>() };
  function reach(role: string, follow: Follow): readonly string[] {
    const before = known[follow].get(role);
    if (before !== undefined) return before;
    const followed = (each: string) => of(each).flatMap((edge) => (edge[follow] ? [edge.role] : []));
    const reached = [...reachedFrom(role, followed)].slice(1);
    known[follow].set(role, reached);
    return reached;
  }
  const inheritors = new Map<string, Set<string>>();
  const sorted = new Map<string, readonly string[]>();
  let inheritorsAreKnown = false;
  function inheritorsOf(role: string): readonly string[] {
    if (!inheritorsAreKnown)
      for (const member of edges.keys())
        for (const each of reach(member, 'inherit'))
          if (each !== member) {
            const members = inheritors.get(each);
            if (members === undefined) inheritors.set(each, new Set([member]));
            else members.add(member);
          }
    inheritorsAreKnown = true;
    let list = sorted.get(role);
    if (list === undefined) sorted.set(role, (list = [...(inheritors.get(role) ?? [])].sort()));
    return list;
  }
  return {
    inheritedBy: (role) => reach(role, 'inherit'),
    settableBy: (role) => reach(role, 'set'),
    inheritorsOf,
    of,
    chains: (from, to, follow, most) => {
      const leads = (role: string) => role === to || reach(role, follow).includes(to);
      return chains(of, from, to, follow, leads, most);
    },
  };
}

function edgesOf(catalog: Catalog): ReadonlyMap<string, readonly Edge[]> {
  const inherits = new Map<string, boolean>();
  for (const { id, attrs } of entriesOf<'role', RoleAttributes>(catalog, 'role'))
    inherits.set(id.name, attrs.inherit);
  const edges = new Map<string, Edge[]>();
  const join = (edge: Edge) => {
    const joined = edges.get(edge.member);
    if (joined === undefined) edges.set(edge.member, [edge]);
    else joined.push(edge);
  };
  for (const { id, attrs, aside } of entriesOf<'membership', MembershipAttributes>(catalog, 'membership')) {
    const { member, role } = id;
    const options = <T extends MembershipAttributes>(each: T) => ({
      ...each,
      inherit: each.inherit ?? inherits.get(member) ?? true,
      set: each.set ?? true,
    });
    const given = (aside?.['given'] ?? []) as readonly MembershipGiven[];
    join({ member, role, ...options(attrs), given: given.map(options) });
  }
  const implied = { admin: false, set: true, given: [] };
  // No entries, unless somebody has changed them.
  for (const role of monitorsRoles)
    if (!edges.get('pg_monitor')?.some((edge) => edge.role === role))
      join({ member: 'pg_monitor', role, inherit: true, ...implied });
  const owner = find<DatabaseId, DatabaseAttributes>(catalog, { kind: 'database' })?.attrs.owner;
  // Until 15 like any other: not for NOINHERIT.
  if (owner !== undefined) {
    const inherit = catalog.serverVersion >= 160000 || inherits.get(owner) !== false;
    join({ member: owner, role: databaseOwner, inherit, ...implied });
  }
  return edges;
}

/** Breadth first, so that the shortest come first. */
function chains(
  of: Memberships['of'],
  from: string,
  to: string,
  follow: Follow,
  leads: (role: string) => boolean,
  most: number,
): readonly (readonly Edge[])[] {
  const found: (readonly Edge[])[] = [];
  let open: (readonly Edge[])[] = [[]];
  while (open.length > 0 && found.length < most) {
    const next: (readonly Edge[])[] = [];
    for (const chain of open) {
      const last = chain.at(-1)?.role ?? from;
      for (const edge of of(last)) {
        if (!edge[follow] || edge.role === from || chain.some(({ role }) => role === edge.role)) continue;
        if (!leads(edge.role)) continue;
        const longer = [...chain, edge];
        if (edge.role === to) found.push(longer);
        else next.push(longer);
      }
    }
    // Roles that are all members of one another have more ways than anybody reads.
    open = next.slice(0, 1_000);
  }
  return found.slice(0, most);
}
