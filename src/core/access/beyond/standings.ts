/** As whom a role may end up: what it inherits, what it may SET ROLE to, and what it may grant itself. */
import type { RoleAttributes } from '../../kinds/role.ts';
import { entriesOf, find } from '../../model/catalog.ts';
import type { RoleId } from '../../model/id.ts';
import { type Path, type Step, type World, memberOf } from '../path.ts';
import { asServer, databaseOwner, predefinedForData } from '../predefined.ts';

export interface Standing {
  readonly role: string;
  /** Whether it may act as this role, or only uses its privileges. */
  readonly acts: boolean;
  /** 0: now; 1: after SET ROLE; 2: after granting itself a membership. */
  readonly level: 0 | 1 | 2;
  /** The shortest way there. */
  readonly steps: Path;
}

/** @returns every role that `role` is, may be or may make itself, each at its lowest level, by the shortest way. */
export function standingsOf({ catalog, access }: World, role: string): readonly Standing[] {
  const open: [Standing[], Standing[], Standing[]] = [[{ role, acts: true, level: 0, steps: [] }], [], []];
  const done = new Map<string, Standing>();
  const attributesOf = (name: string) => find<RoleId, RoleAttributes>(catalog, { kind: 'role', name })?.attrs;
  const grantable = (name: string) => !access.isSuperuser(name) && name !== databaseOwner;
  const all = [
    ...[...entriesOf(catalog, 'role')].map(({ id }) => id.name),
    ...predefinedForData,
    ...asServer,
  ].filter(grantable);
  for (const level of [0, 1, 2] as const)
    // The list takes in what is added on the way.
    for (const standing of open[level]) {
      const { acts, steps } = standing;
      const key = `${standing.role}\0${acts}`;
      if (done.has(key) || done.has(`${standing.role}\0true`)) continue;
      done.set(key, standing);
      // Whoever acts as a superuser needs nothing else.
      if (acts && access.isSuperuser(standing.role)) continue;
      const to = (at: 0 | 1 | 2, next: string, actsThere: boolean, ...how: Step[]) =>
        open[at].push({ role: next, acts: actsThere, level: at, steps: [...steps, ...how] });
      for (const edge of access.memberships.of(standing.role)) {
        if (edge.inherit) to(level, edge.role, false, memberOf(edge));
        if (edge.set && acts)
          to(level === 0 ? 1 : level, edge.role, true, memberOf(edge), { via: 'set role', role: edge.role });
        if (edge.admin && grantable(edge.role))
          to(2, edge.role, true, { via: 'admin option', role: edge.role, given: edge.given });
      }
      // Until 15, CREATEROLE may grant every role that is no superuser's.
      if (acts && catalog.serverVersion < 160000 && attributesOf(standing.role)?.createRole === true)
        for (const each of all)
          if (each !== standing.role) to(2, each, true, { via: 'createrole', role: each });
    }
  return [...done.values()].slice(1);
}
