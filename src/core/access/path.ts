/** Access paths: the chains of reasons for which a role holds a privilege now, by itself and without SET ROLE. */
import { type Catalog, relationOf } from '../model/catalog.ts';
import type { ObjectId } from '../model/id.ts';
import { givenOf } from './acl.ts';
import type { Access } from './effective.ts';
import type { Edge, GivenMembership } from './memberships.ts';
import { asServer, predefined, predefinedForData } from './predefined.ts';

/** One reason in a chain. Which fields it has depends on what it is. */
export interface Step {
  readonly via:
    | 'superuser'
    | 'owner'
    | 'grant'
    | 'public'
    | 'member of'
    | 'predefined role'
    | 'set role'
    | 'admin option'
    | 'createrole'
    | 'server program'
    | 'trigger'
    | 'function'
    | 'view'
    | 'materialized view'
    | 'cascade'
    | 'parent'
    | 'partition'
    | 'column';
  /** The role that it leads to, or whose rights are used. */
  readonly role?: string;
  /** What it leads through, or is held on. */
  readonly object?: ObjectId;
  readonly privilege?: string;
  readonly grantor?: string;
  readonly grantable?: boolean;
  /** Of a membership, what each grantor gave. */
  readonly given?: readonly GivenMembership[];
  /** What else there is to know, in words. */
  readonly note?: string;
}
export type Path = readonly Step[];

/** What paths are looked for in. */
export interface World {
  readonly catalog: Catalog;
  readonly access: Access;
}

export interface Question {
  /** A role, or `public`. */
  readonly role: string;
  readonly privilege: string;
  readonly on: ObjectId;
}

/** Chains between two roles beyond these are left out: one of them is enough to have the privilege. */
const mostChains = 8;

/** Who holds the privilege itself, and by what. */
export interface End {
  /** A role, or `public`. */
  readonly holder: string;
  readonly step: Step;
}

/** @returns every ACL item and predefined role that gives the privilege; of a column, those of its table too. */
export function endsOf({ catalog, access }: World, privilege: string, on: ObjectId): End[] {
  const ends: End[] = [];
  const objects = on.kind === 'column' ? [on, relationOf(catalog, on)] : [on];
  for (const object of objects) {
    const owner = access.ownerOf(object);
    for (const [holder, entry] of access.aclOf(object).get(privilege) ?? [])
      for (const { grantor, grantable } of givenOf(entry, owner)) {
        const what = { object, privilege, grantor, grantable };
        if (holder === 'public') ends.push({ holder, step: { via: 'public', ...what } });
        else
          ends.push({ holder, step: { via: holder === owner ? 'owner' : 'grant', role: holder, ...what } });
      }
    for (const holder of predefinedForData)
      if (predefined(holder, privilege, object))
        ends.push({ holder, step: { via: 'predefined role', role: holder, object, privilege } });
  }
  return ends;
}

/** @returns every path by which the role holds the privilege as it is: without SET ROLE, and not asking for USAGE on the schema. */
export function pathsNow(world: World, { role, privilege, on }: Question): Path[] {
  const { access } = world;
  const paths: Path[] = access.isSuperuser(role) ? [[{ via: 'superuser', role }]] : [];
  const inherited = new Set(role === 'public' ? [] : access.memberships.inheritedBy(role));
  for (const { holder, step } of endsOf(world, privilege, on))
    if (holder === role || holder === 'public') paths.push([step]);
    else if (inherited.has(holder))
      for (const chain of access.memberships.chains(role, holder, 'inherit', mostChains))
        paths.push([...chain.map(memberOf), step]);
  return paths;
}

/** @returns whether the role may do it now: it holds the privilege, and has USAGE on the object's schema. */
export function isAllowed({ access }: World, { role, privilege, on }: Question): boolean {
  return access.holds(role, privilege, on) && access.reaches(role, on);
}

/** @returns the paths that open when the role makes another's rights its own by SET ROLE, which it may. */
export function pathsAfterSetRole(world: World, question: Question): Path[] {
  const { access } = world;
  const { role } = question;
  if (role === 'public' || access.isSuperuser(role)) return [];
  const { memberships } = access;
  const settable = memberships.settableBy(role);
  const mine = new Set([role, ...memberships.inheritedBy(role), 'public']);
  // What the role holds already but cannot use for want of USAGE, another may use.
  const isMine = (holder: string) => isAllowed(world, question) && mine.has(holder);
  const paths: Path[] = [];
  for (const other of settable) {
    if (!isAllowed(world, { ...question, role: other })) continue;
    const chains = memberships.chains(role, other, 'set', mostChains);
    for (const path of pathsNow(world, { ...question, role: other })) {
      const last = path.at(-1)!;
      const holder = last.via === 'public' ? 'public' : last.role!;
      // Whatever else it is a member of has its own SET ROLE.
      if (isMine(holder) || (holder !== other && settable.includes(holder) && !mine.has(holder))) continue;
      if (last.via !== 'superuser' && access.isSuperuser(other)) continue;
      for (const chain of chains)
        paths.push([...chain.map(memberOf), { via: 'set role', role: other }, ...path]);
    }
  }
  return paths;
}

export const memberOf = ({ role, given }: Edge): Step => ({ via: 'member of', role, given });

export const isAsServer = (role: string): boolean => asServer.includes(role);
