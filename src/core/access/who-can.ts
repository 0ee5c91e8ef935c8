/** The question turned round: which roles may do something with an object, and which come to it. */
import type { ObjectId } from '../model/id.ts';
import type { Bodies } from './beyond/functions.ts';
import { beyondOf } from './explain.ts';
import { rolesOf } from './matrix.ts';
import { type Path, type World, isAllowed, pathsAfterSetRole, pathsNow } from './path.ts';

export interface Able {
  /** A role, or `public`. */
  readonly role: string;
  readonly paths: readonly Path[];
}

export interface WhoCan {
  readonly privilege: string;
  readonly on: ObjectId;
  /** Now, without SET ROLE. */
  readonly roles: readonly Able[];
  /** Roles that have to SET ROLE first. */
  readonly afterSetRole: readonly Able[];
  /** Roles that do not hold it, and come to it all the same. */
  readonly beyond: readonly Able[];
}

/** @returns the server's roles that may, by name, PUBLIC last. Its own roles (`pg_*`) are told by their members. */
export function whoCan(world: World, privilege: string, on: ObjectId, bodies: Bodies): WhoCan {
  const found = { roles: [] as Able[], afterSetRole: [] as Able[], beyond: [] as Able[] };
  const add = (to: Able[], role: string, paths: readonly Path[]) => {
    if (paths.length > 0) to.push({ role, paths });
  };
  for (const role of rolesOf(world.catalog)) {
    const question = { role, privilege, on };
    const allowed = isAllowed(world, question);
    if (allowed) add(found.roles, role, pathsNow(world, question));
    else {
      add(found.afterSetRole, role, pathsAfterSetRole(world, question));
      add(found.beyond, role, beyondOf(world, question, bodies));
    }
  }
  return { privilege, on, ...found };
}
