/** Whose privileges a role has without SET ROLE: its memberships, followed as has_privs_of_role() follows them. */
import { type Catalog, entriesOf, find } from '../model/catalog.ts';
import type { MembershipAttributes } from '../kinds/membership.ts';
import type { DatabaseAttributes } from '../kinds/database.ts';
import type { RoleAttributes } from '../kinds/role.ts';
import type { DatabaseId } from '../model/id.ts';

export interface Memberships {
  /** The roles whose privileges `role` uses as its own, nearest first, itself not included. */
  inheritedBy(role: string): readonly string[];
  /** The roles that use the privileges of `role` as their own, itself not included, sorted. */
  inheritorsOf(role: string): readonly string[];
}

/**
 * 15: a member inherits unless its own attribute is NOINHERIT. 16 and later: each membership says so itself.
 * The database's owner is an implicit member of pg_database_owner.
 */
export function membershipsOf(catalog: Catalog): Memberships {
  const inherits = new Map<string, boolean>();
  for (const { id, attrs } of entriesOf<'role', RoleAttributes>(catalog, 'role'))
    inherits.set(id.name, attrs.inherit);
  const groups = new Map<string, string[]>();
  const join = (member: string, role: string) => {
    const joined = groups.get(member) ?? [];
    groups.set(member, joined);
    joined.push(role);
  };
  for (const { id, attrs } of entriesOf<'membership', MembershipAttributes>(catalog, 'membership'))
    if (attrs.inherit ?? inherits.get(id.member) ?? true) join(id.member, id.role);
  const owner = find<DatabaseId, DatabaseAttributes>(catalog, { kind: 'database' })?.attrs.owner;
  // Implicit, and until 15 like any other: not for NOINHERIT.
  const implicit = owner !== undefined && (catalog.serverVersion >= 160000 || inherits.get(owner) !== false);
  if (implicit) join(owner, 'pg_database_owner');

  const known = new Map<string, readonly string[]>();
  function inheritedBy(role: string): readonly string[] {
    const before = known.get(role);
    if (before !== undefined) return before;
    const found = new Set([role]);
    // A set is walked in the order of insertion, and takes in what is added on the way.
    for (const each of found) for (const group of groups.get(each) ?? []) found.add(group);
    const inherited = [...found].slice(1);
    known.set(role, inherited);
    return inherited;
  }
  return {
    inheritedBy,
    inheritorsOf: (role) =>
      [...groups.keys()].filter((member) => member !== role && inheritedBy(member).includes(role)).sort(),
  };
}
