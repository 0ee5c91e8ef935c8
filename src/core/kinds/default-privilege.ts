/** Default privileges: what a role's future objects begin with. Global ones replace the built-in defaults; those of a schema add. */
import { grantee, identifier } from '../../sql/quote.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import {
  type DefaultPrivilegeId,
  type DefaultPrivilegeObjects,
  type GrantId,
  type Id,
  type ObjectId,
  isRelation,
  isType,
  keyOf,
} from '../model/id.ts';
import { draft, type Draft, type Kind } from './kind.ts';
import { privilegesOn } from './privileges.ts';

export interface DefaultPrivilegeAttributes {
  readonly grantable: boolean;
  /** A privilege that new objects would have by themselves (EXECUTE for PUBLIC), and do not. */
  readonly withheld?: boolean;
}

function alterDefault(
  verb: 'GRANT' | 'REVOKE' | 'REVOKE GRANT OPTION FOR',
  id: DefaultPrivilegeId,
  grantable: boolean,
  { serverVersion }: Catalog,
): Draft {
  const where = id.schema === null ? '' : ` IN SCHEMA ${identifier(id.schema)}`;
  const head = `ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier(id.role)}${where}`;
  const toOrFrom = verb === 'GRANT' ? 'TO' : 'FROM';
  const option = verb === 'GRANT' && grantable ? ' WITH GRANT OPTION' : '';
  // A whole set reads ALL, and means the same on a server that knows one less.
  const all = privilegesOn(kindOf[id.objects], serverVersion).map((name) => name.toUpperCase());
  const isAll = (items: readonly string[]) => all.length > 1 && all.every((name) => items.includes(name));
  const render = (items: readonly string[]) =>
    `${head} ${verb} ${isAll(items) ? 'ALL' : items.join(', ')} ON ${id.objects.toUpperCase()} ${toOrFrom} ${grantee(id.to)}${option}`;
  return draft(() => render([id.privilege.toUpperCase()]), {
    merge: {
      group: [verb, head, id.objects, id.to, String(grantable)].join('\0'),
      item: id.privilege.toUpperCase(),
      render,
    },
  });
}

/** One of the kinds that each word stands for. */
const kindOf = {
  tables: 'table',
  sequences: 'sequence',
  functions: 'function',
  types: 'enum',
  schemas: 'schema',
  'large objects': 'large-object',
} as const satisfies Record<DefaultPrivilegeObjects, ObjectId['kind']>;

const requirements = (id: DefaultPrivilegeId) => [
  keyOf({ kind: 'role', name: id.role }),
  ...(id.schema === null ? [] : [keyOf({ kind: 'schema', name: id.schema })]),
  ...(id.to === 'public' ? [] : [keyOf({ kind: 'role', name: id.to })]),
];

export const defaultPrivilege: Kind<DefaultPrivilegeId, DefaultPrivilegeAttributes> = {
  name: 'default-privilege',
  rank: 90,
  references: ({ id }) => [
    { to: { kind: 'role', name: id.role }, type: 'normal' },
    ...(id.to === 'public' ? [] : [{ to: { kind: 'role' as const, name: id.to }, type: 'normal' as const }]),
    ...(id.schema === null
      ? []
      : [{ to: { kind: 'schema' as const, name: id.schema }, type: 'auto' as const }]),
  ],
  create: ({ id, attrs }, { to }) => [
    {
      ...(attrs.withheld === true
        ? alterDefault('REVOKE', id, false, to)
        : alterDefault('GRANT', id, attrs.grantable, to)),
      produces: [keyOf(id)],
      requires: requirements(id),
    },
  ],
  drop: ({ id, attrs }, { from }) => [
    {
      ...(attrs.withheld === true
        ? alterDefault('GRANT', id, false, from)
        : alterDefault('REVOKE', id, false, from)),
      destroys: [keyOf(id)],
    },
  ],
  alter: (_changes, before, { id, attrs }, { to }) => {
    const given = { ...alterDefault('GRANT', id, attrs.grantable, to), produces: [keyOf(id)] };
    const taken = { ...alterDefault('REVOKE', id, false, to), produces: [keyOf(id)] };
    if (attrs.withheld === true) return [taken];
    if (attrs.grantable || before.attrs.withheld === true) return [given];
    return [{ ...alterDefault('REVOKE GRANT OPTION FOR', id, false, to), produces: [keyOf(id)] }];
  },
};

/**
 * @param owner whose the object is in the end: what its maker had of it, goes to that role.
 * @returns the privileges that a new object begins with if its maker is one of those whose default privileges these are.
 */
export function grantsByDefault(
  on: Id,
  inForce: readonly Entry<DefaultPrivilegeId, DefaultPrivilegeAttributes>[],
  owner?: string,
): Entry<GrantId>[] {
  const objects = objectsOf(on);
  if (objects === undefined) return [];
  const schema = 'schema' in on ? on.schema : null;
  return inForce
    .filter(
      ({ id, attrs }) =>
        attrs.withheld !== true && id.objects === objects && (id.schema === null || id.schema === schema),
    )
    .map(({ id: { role, to, privilege }, attrs }) => ({
      id: {
        kind: 'grant',
        on: on as GrantId['on'],
        to: to === role && owner !== undefined ? owner : to,
        privilege,
      },
      attrs: { grantable: attrs.grantable },
    }));
}

/** @returns whether a privilege that a new object has by itself may be kept from it. */
export function isWithheld(
  { on, to, privilege }: GrantId,
  inForce: readonly Entry<DefaultPrivilegeId, DefaultPrivilegeAttributes>[],
): boolean {
  const objects = objectsOf(on);
  return inForce.some(
    ({ id, attrs }) =>
      attrs.withheld === true && id.objects === objects && id.to === to && id.privilege === privilege,
  );
}

function objectsOf(id: Id): DefaultPrivilegeObjects | undefined {
  if (isType(id)) return 'types';
  if (isRelation(id)) return 'tables';
  switch (id.kind) {
    case 'sequence':
      return 'sequences';
    case 'function':
    case 'aggregate':
      return 'functions';
    case 'schema':
      return 'schemas';
    default:
      return undefined;
  }
}
