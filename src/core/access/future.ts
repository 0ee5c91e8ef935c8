/** What an object begins with that a role makes in a schema: the built-in privileges, and default privileges as they are. */
import { privilegesOn } from '../kinds/privileges.ts';
import type { DefaultPrivilegeObjects } from '../model/id.ts';
import { granteeName, listOf } from '../rules/wording.ts';
import { identifier } from '../../sql/quote.ts';
import type { World } from './path.ts';

/** A row of pg_default_acl, or what the server begins with where there is none. */
export interface DefaultAcl {
  /** Whose objects. */
  readonly role: string;
  /** null: in every schema. */
  readonly schema: string | null;
  readonly objects: DefaultPrivilegeObjects;
  readonly items: readonly DefaultItem[];
}
export interface DefaultItem {
  readonly to: string;
  readonly privilege: string;
  readonly grantable: boolean;
}

export interface FutureGrant extends DefaultItem {
  readonly objects: DefaultPrivilegeObjects;
  readonly because: 'built in' | 'default privileges' | 'default privileges in the schema';
  /** False: without USAGE on the schema it does nothing. */
  readonly reachable: boolean;
}
export interface Future {
  readonly role: string;
  readonly schema: string;
  /** Whether the role can make anything there. */
  readonly mayCreate: boolean;
  readonly grants: readonly FutureGrant[];
  readonly notes: readonly string[];
}

const made = ['tables', 'sequences', 'functions', 'types'] as const;
const kinds = { tables: 'table', sequences: 'sequence', functions: 'function', types: 'enum' } as const;

/**
 * @param builtIn what the server gives on objects of this role when nothing else is said (acldefault())
 * @param defaults every row of pg_default_acl
 */
export function future(
  { access, catalog }: World,
  role: string,
  schema: string,
  builtIn: readonly DefaultAcl[],
  defaults: readonly DefaultAcl[],
): Future {
  const on = { kind: 'schema', name: schema } as const;
  const reachable = (to: string) => to === role || access.holds(to, 'usage', on);
  const grants: FutureGrant[] = [];
  for (const objects of made) {
    const of = (where: string | null) =>
      defaults.find((each) => each.role === role && each.schema === where && each.objects === objects);
    const everywhere = of(null);
    const before = builtIn.find((each) => each.objects === objects)!.items;
    // Those for every schema replace what is built in; those of a schema come on top.
    const found = new Map<string, FutureGrant>();
    const give = (item: DefaultItem, because: FutureGrant['because']) => {
      const key = `${item.to}\0${item.privilege}`;
      const known = found.get(key);
      const grantable = item.grantable || known?.grantable === true;
      found.set(key, {
        ...item,
        grantable,
        objects,
        because: known?.because ?? because,
        reachable: reachable(item.to),
      });
    };
    for (const item of everywhere?.items ?? before) {
      const isBuiltIn = before.some(({ to, privilege }) => to === item.to && privilege === item.privilege);
      give(item, isBuiltIn ? 'built in' : 'default privileges');
    }
    for (const item of of(schema)?.items ?? []) give(item, 'default privileges in the schema');
    const order = privilegesOn(kinds[objects], catalog.serverVersion);
    grants.push(
      ...[...found.values()].sort(
        (a, b) =>
          Number(b.to === role) - Number(a.to === role) ||
          (a.to < b.to ? -1 : a.to > b.to ? 1 : order.indexOf(a.privilege) - order.indexOf(b.privilege)),
      ),
    );
  }
  const mayCreate = access.holds(role, 'create', on) && access.holds(role, 'usage', on);
  return { role, schema, mayCreate, grants, notes: [...notes(role, schema, grants, defaults)] };
}

function* notes(
  role: string,
  schema: string,
  grants: readonly FutureGrant[],
  defaults: readonly DefaultAcl[],
): Generator<string> {
  // ALTER DEFAULT PRIVILEGES without FOR ROLE speaks of whoever runs it: the usual mistake.
  for (const { role: other, schema: where, objects, items } of defaults) {
    if (other === role || where !== schema) continue;
    const isMine = ({ to, privilege }: DefaultItem) =>
      grants.some((each) => each.objects === objects && each.to === to && each.privilege === privilege);
    const lacking = items.filter((item) => item.to !== role && !isMine(item));
    if (lacking.length === 0) continue;
    const who = listOf([...new Set(lacking.map(({ to }) => granteeName(to)))]);
    const what = listOf([...new Set(lacking.map(({ privilege }) => privilege))]);
    yield `${who} would get ${what} on the ${objects} that ${identifier(other)} makes here, and not on those of ${identifier(role)}: default privileges are their creator’s`;
  }
  for (const { objects, to, privilege, because } of grants)
    if (to === 'public' && because === 'built in' && objects === 'functions')
      yield `PUBLIC gets ${privilege} on ${objects}: ALTER DEFAULT PRIVILEGES IN SCHEMA … REVOKE takes nothing of it away; leave IN SCHEMA out`;
  const unreachable = [
    ...new Set(grants.filter(({ reachable, to }) => !reachable && to !== 'public').map(({ to }) => to)),
  ];
  if (unreachable.length > 0)
    yield `${listOf(unreachable.map(granteeName))} ${unreachable.length === 1 ? 'has' : 'have'} no usage on schema ${identifier(schema)}: what ${unreachable.length === 1 ? 'it gets' : 'they get'} there is of no use`;
}
