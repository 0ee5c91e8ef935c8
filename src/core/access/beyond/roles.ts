/** What a role may do once it has granted itself a membership, and as the server's own user. */
import { type Path, type Question, type World, endsOf, isAllowed, isAsServer } from '../path.ts';
import { standingsOf } from './standings.ts';

/** @returns the shortest path to each holder that the role may make itself a member of. */
export function throughRoles(world: World, { role, privilege, on }: Question): Path[] {
  const ends = endsOf(world, privilege, on);
  const paths: Path[] = [];
  for (const standing of standingsOf(world, role)) {
    const { level, acts, steps } = standing;
    if (isAsServer(standing.role)) paths.push([...steps, { via: 'server program', role: standing.role }]);
    if (level < 2) continue;
    if (acts && world.access.isSuperuser(standing.role))
      paths.push([...steps, { via: 'superuser', role: standing.role }]);
    else
      for (const { holder, step } of ends)
        if (holder === standing.role && (!acts || isAllowed(world, { role: holder, privilege, on })))
          paths.push([...steps, step]);
  }
  return paths;
}

/** @returns the paths on which an owner gives itself what its object's ACL does not give it. */
export function throughOwner(world: World, { role, privilege, on }: Question): Path[] {
  const owner = world.access.ownerOf(on);
  if (owner === undefined || world.access.holds(owner, privilege, on)) return [];
  const note = 'which may grant itself what it took from itself';
  const step = { via: 'owner', role: owner, object: on, note } as const;
  if (owner === role) return [[step]];
  return standingsOf(world, role)
    .filter((standing) => standing.role === owner)
    .map(({ steps }) => [...steps, step]);
}
