/**
 * Effective privileges: who may do what, and by which way, computed from a catalog's entries as the server's
 * has_*_privilege() functions compute it from its own (src/backend/catalog/aclchk.c, utils/adt/acl.c). Like theirs,
 * a privilege on a table says nothing about USAGE on its schema: `reachable` tells that.
 */
import { type Catalog, entriesOf, find, relationOf, wholeOf } from '../model/catalog.ts';
import type { DatabaseAttributes } from '../kinds/database.ts';
import { ownerOfIdentity } from '../kinds/identity-privileges.ts';
import type { OwnerAttributes } from '../kinds/owner.ts';
import { privilegesOn } from '../kinds/privileges.ts';
import type { RoleAttributes } from '../kinds/role.ts';
import { type ColumnId, type DatabaseId, type ObjectId, type OwnerId, schemaOf } from '../model/id.ts';
import { type Acl, aclsOf } from './acl.ts';
import { type Memberships, membershipsOf } from './memberships.ts';
import { predefined, predefinedForData, serversRoles } from './predefined.ts';

/** Why a role holds a privilege. Several may apply: the first of this list that does is told. */
export type Via =
  | { readonly via: 'superuser' }
  | { readonly via: 'owner' }
  | { readonly via: 'grant' }
  | { readonly via: 'member of'; readonly role: string }
  | { readonly via: 'public' };

export interface Holding {
  readonly privilege: string;
  readonly grantable: boolean;
  readonly by: Via;
}

export interface Access {
  readonly memberships: Memberships;
  /** Whether a role holds a privilege: what has_table_privilege() and its siblings answer. `public` asks for PUBLIC alone. */
  holds(role: string, privilege: string, on: ObjectId): boolean;
  /** Whether the role may pass it on: `… WITH GRANT OPTION`. */
  mayGrant(role: string, privilege: string, on: ObjectId): boolean;
  /** Every privilege that the role holds on the object itself; a column's own ACL only, without its table's. */
  holdings(role: string, on: ObjectId): readonly Holding[];
  /** The same for every role that holds anything there, and PUBLIC: computed once for all objects whose ACLs say the same. */
  holdersOf(on: ObjectId): ReadonlyMap<string, readonly Holding[]>;
  /** Whether the role has USAGE on the object's schema, without which its privileges there do nothing. */
  reaches(role: string, on: ObjectId): boolean;
  ownerOf(on: ObjectId): string | undefined;
  isSuperuser(role: string): boolean;
  /** The object's own ACL. */
  aclOf(on: ObjectId): Acl;
  /** Columns that have an ACL of their own. */
  readonly columnsWithAcl: readonly ColumnId[];
}

/** @returns the answers for one catalog. Computed on demand: asking nothing costs one walk over the grants. */
export function accessOf(catalog: Catalog): Access {
  const acls = aclsOf(catalog);
  const memberships = membershipsOf(catalog);
  const aclOf = acls.of;
  const roles = [...entriesOf<'role', RoleAttributes>(catalog, 'role')];
  const superusers = new Set(roles.filter(({ attrs }) => attrs.superuser).map(({ id }) => id.name));
  const isSuperuser = (role: string) => superusers.has(role);
  const ownerOf = (on: ObjectId) => {
    if (on.kind === 'database') return find<DatabaseId, DatabaseAttributes>(catalog, on)?.attrs.owner;
    const owned = wholeOf(catalog, on);
    const owner = find<OwnerId, OwnerAttributes>(catalog, { kind: 'owner', on: owned })?.attrs.role;
    return owner ?? (on.kind === 'sequence' ? ownerOfIdentity(catalog, on) : undefined);
  };

  function via(
    role: string,
    privilege: string,
    on: ObjectId,
    acl = aclOf(on),
    owner = ownerOf(on),
  ): Via | undefined {
    if (isSuperuser(role)) return { via: 'superuser' };
    const grantees = acl.get(privilege);
    if (grantees?.has(role))
      return { via: role === owner ? 'owner' : role === 'public' ? 'public' : 'grant' };
    if (role === 'public') return undefined;
    const inherited = memberships.inheritedBy(role);
    for (const group of inherited) if (grantees?.has(group)) return { via: 'member of', role: group };
    for (const group of inherited)
      if (predefined(group, privilege, on)) return { via: 'member of', role: group };
    if (predefined(role, privilege, on)) return { via: 'grant' };
    return grantees?.has('public') ? { via: 'public' } : undefined;
  }

  function holds(role: string, privilege: string, on: ObjectId): boolean {
    if (via(role, privilege, on) !== undefined) return true;
    return on.kind === 'column' && via(role, privilege, relationOf(catalog, on)) !== undefined;
  }

  /** Owners hold every grant option, whatever the ACL says: through membership too. */
  function mayGrantOn(
    role: string,
    privilege: string,
    on: ObjectId,
    acl = aclOf(on),
    owner = ownerOf(on),
  ): boolean {
    if (isSuperuser(role)) return true;
    if (role === 'public') return false;
    const inherited = [role, ...memberships.inheritedBy(role)];
    if (owner !== undefined && inherited.includes(owner)) return true;
    const grantees = acl.get(privilege);
    return inherited.some((group) => grantees?.get(group)?.attrs.grantable === true);
  }

  function holdings(role: string, on: ObjectId, acl = aclOf(on), owner = ownerOf(on)): Holding[] {
    const held: Holding[] = [];
    for (const privilege of privilegesOn(on.kind, catalog.serverVersion)) {
      const by = via(role, privilege, on, acl, owner);
      if (by !== undefined)
        held.push({ privilege, grantable: mayGrantOn(role, privilege, on, acl, owner), by });
    }
    return held;
  }

  const allRoles = [...roles.map(({ id }) => id.name), ...serversRoles];
  const everywhere = new Set([
    ...allRoles.filter(isSuperuser),
    ...predefinedForData.flatMap((role) => [role, ...memberships.inheritorsOf(role)]),
  ]);
  const shapes = new Map<string, ReadonlyMap<string, readonly Holding[]>>();
  function holdersOf(on: ObjectId): ReadonlyMap<string, readonly Holding[]> {
    const shape = `${on.kind}\0${acls.shapeOf(on, ownerOf)}`;
    const before = shapes.get(shape);
    if (before !== undefined) return before;
    const [acl, owner] = [aclOf(on), ownerOf(on)];
    const candidates = new Set(everywhere);
    for (const grantees of acl.values())
      for (const to of grantees.keys()) {
        candidates.add(to);
        for (const each of to === 'public' ? allRoles : memberships.inheritorsOf(to)) candidates.add(each);
      }
    const holders = new Map<string, readonly Holding[]>();
    for (const role of candidates) {
      const held = holdings(role, on, acl, owner);
      if (held.length > 0) holders.set(role, held);
    }
    shapes.set(shape, holders);
    return holders;
  }

  return {
    memberships,
    holds,
    mayGrant: (role, privilege, on) =>
      mayGrantOn(role, privilege, on) ||
      (on.kind === 'column' && mayGrantOn(role, privilege, relationOf(catalog, on))),
    holdings: (role, on) => holdings(role, on),
    holdersOf,
    reaches(role, on) {
      const schema = schemaOf(on);
      return (
        on.kind === 'schema' || schema === undefined || holds(role, 'usage', { kind: 'schema', name: schema })
      );
    },
    ownerOf,
    isSuperuser,
    aclOf,
    columnsWithAcl: acls.columns,
  };
}
