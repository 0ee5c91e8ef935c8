/** Everything that one role reaches: what it holds, what SET ROLE adds, whom it may become, as whom it may run code. */
import type { FunctionAttributes } from '../kinds/function.ts';
import { saidSequences } from '../kinds/identity-privileges.ts';
import { privilegesOn } from '../kinds/privileges.ts';
import type { RoleAttributes } from '../kinds/role.ts';
import { entriesOf, find } from '../model/catalog.ts';
import { type FunctionId, type Id, type ObjectId, type RoleId, keyOf } from '../model/id.ts';
import { type Standing, standingsOf } from './beyond/standings.ts';
import type { Holding } from './effective.ts';
import { type World, isAllowed } from './path.ts';

export interface Reached extends Holding {
  readonly domain: string | undefined;
  readonly object: ObjectId;
  /** False: without USAGE on the schema the privilege does nothing. */
  readonly reachable: boolean;
  /** The role to change to first; undefined: it holds it now. */
  readonly after: string | undefined;
}
export interface Reach {
  readonly role: string;
  /** `superuser`, `login`, `bypassrls` … */
  readonly attributes: readonly string[];
  /** Whether it holds CONNECT on the database: without it a login uses nothing of what it holds there. */
  readonly mayConnect: boolean;
  /** Every role that it is, may be or may make itself. */
  readonly becomes: readonly Standing[];
  /** None for a superuser, who holds everything. */
  readonly held: readonly Reached[];
  /** SECURITY DEFINER functions that it may call, and as whom they run. */
  readonly runsAs: readonly { readonly function: FunctionId; readonly role: string }[];
}

const words = {
  superuser: 'superuser',
  login: 'login',
  inherit: 'inherit',
  createRole: 'createrole',
  createDatabase: 'createdb',
  replication: 'replication',
  bypassRls: 'bypassrls',
} as const;

/** @param domainOf which domain an object belongs to */
export function reachOf(world: World, role: string, domainOf: (id: Id) => string | undefined): Reach {
  const { catalog, access } = world;
  const attrs = find<RoleId, RoleAttributes>(catalog, { kind: 'role', name: role })?.attrs;
  const attributes = Object.entries(words).flatMap(([name, word]) =>
    attrs?.[name as keyof typeof words] === true ? [word] : [],
  );
  const becomes = role === 'public' ? [] : standingsOf(world, role);
  const later = becomes.filter(({ level, acts }) => level === 1 && acts).map((standing) => standing.role);
  const held: Reached[] = [];
  const isAll = access.isSuperuser(role);
  const objects = isAll
    ? []
    : [...Array.from(catalog.entries.values(), ({ id }) => id as ObjectId), ...saidSequences(catalog)];
  for (const object of objects) {
    if ((privilegesOn(object.kind, catalog.serverVersion)?.length ?? 0) === 0) continue;
    const domain = domainOf(object);
    const reachable = access.reaches(role, object);
    const mine = access.holdings(role, object);
    for (const holding of mine) held.push({ ...holding, domain, object, reachable, after: undefined });
    const known = new Set(reachable ? mine.map(({ privilege }) => privilege) : []);
    for (const other of later) {
      if (access.isSuperuser(other) || !access.reaches(other, object)) continue;
      for (const holding of access.holdings(other, object)) {
        if (known.has(holding.privilege)) continue;
        known.add(holding.privilege);
        held.push({ ...holding, domain, object, reachable: true, after: other });
      }
    }
  }
  const runsAs: { function: FunctionId; role: string }[] = [];
  for (const { id, attrs: routine } of entriesOf<'function', FunctionAttributes>(catalog, 'function')) {
    const owner = access.ownerOf(id);
    if (!routine.securityDefiner || owner === undefined || owner === role) continue;
    if (['trigger', 'event_trigger'].includes(routine.returns ?? '')) continue;
    if (isAllowed(world, { role, privilege: 'execute', on: id })) runsAs.push({ function: id, role: owner });
  }
  held.sort((a, b) => compare(a.domain ?? '', b.domain ?? '') || compare(keyOf(a.object), keyOf(b.object)));
  const mayConnect = access.holds(role, 'connect', { kind: 'database' });
  return { role, attributes, mayConnect, becomes, held, runsAs };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
