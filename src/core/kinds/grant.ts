/** Grants: one privilege on one object to one role. Statements gather what goes to the same role on the same object. */
import { grantee, identifier, qualified } from '../../sql/quote.ts';
import { type Catalog, edgeIndex, loose } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import {
  type GrantId,
  type Id,
  type Key,
  type RelationId,
  isRelation,
  keyOf,
  nameOf,
  relationsOf,
} from '../model/id.ts';
import { onceOf } from '../model/once-of.ts';
import { pushTo } from '../model/push-to.ts';
import { whatItIsOn } from './comment.ts';
import {
  type SaidOfIdentity,
  comesAlong,
  goesAlong,
  identityColumnOf,
  ownersOf,
  referencesOf,
  settling,
} from './identity-privileges.ts';
import { draft, type Draft, type Kind, oldestServer, type Sides } from './kind.ts';
import { objectClause, onCurrentDatabase } from './object.ts';
import { privilegesOn } from './privileges.ts';

export interface GrantAttributes {
  readonly grantable: boolean;
}
/** What one grantor gave of it: the server keeps an item for each. In an entry's `aside.given`, unless the owner gave all of it. */
export type Given = { readonly grantor: string; readonly grantable: boolean };

type Verb = 'GRANT' | 'REVOKE' | 'REVOKE GRANT OPTION FOR';

/** `SELECT`, or `SELECT (email)` for a column. */
function item({ on, privilege }: Pick<GrantId, 'on' | 'privilege'>): string {
  const word = privilege.toUpperCase();
  return on.kind === 'column' ? `${word} (${identifier(on.name)})` : word;
}

/** The relation of a column, anything else itself: privileges on several columns go into one statement. */
const onWhole = (on: GrantId['on']): GrantId['on'] =>
  on.kind === 'column' ? { kind: 'table', schema: on.schema, name: on.table } : on;

/** Every relation's privileges are a table's to GRANT. */
function target(on: GrantId['on']): string {
  if (on.kind === 'column') return `TABLE ${qualified(on.schema, on.table)}`;
  if (isRelation(on)) return `TABLE ${qualified(on.schema, on.name)}`;
  return on.kind === 'foreign-server' ? `FOREIGN ${objectClause(on)}` : objectClause(on);
}

/** @returns the statement about one privilege; those about the same object and role are merged. */
export function privilegeStatement(
  verb: Verb,
  id: Pick<GrantId, 'on' | 'to' | 'privilege'>,
  all: readonly string[],
  grantable: boolean,
  behaviour: '' | ' CASCADE' = '',
): Draft {
  const toOrFrom = verb === 'GRANT' ? 'TO' : 'FROM';
  const place = (each: string) => all.indexOf(each.split(' (', 1)[0]!);
  const render = (items: readonly string[]) => {
    const every = id.on.kind !== 'column' && all.length > 1 && all.every((name) => items.includes(name));
    // In the manual's order, as people write them.
    const sorted = items.toSorted((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
    // ALL does not stand beside privileges on columns.
    const list = every && items.length === all.length ? 'ALL' : gather(sorted);
    const option = verb === 'GRANT' && grantable ? ' WITH GRANT OPTION' : behaviour;
    const tail = `${toOrFrom} ${grantee(id.to)}${option}`;
    return id.on.kind === 'database'
      ? onCurrentDatabase(`${verb} ${list} ON DATABASE %I ${tail}`)
      : `${verb} ${list} ON ${target(id.on)} ${tail}`;
  };
  return draft(() => render([item(id)]), {
    hazards: [
      {
        name: 'access-change',
        object: nameOf(onWhole(id.on)),
        detail: `${verb === 'GRANT' ? 'gives' : 'takes'} ${item(id)} ${verb === 'GRANT' ? 'to' : 'from'} ${grantee(id.to)}`,
      },
    ],
    merge: {
      group: [verb, nameOf(onWhole(id.on)), id.to, String(grantable)].join('\0'),
      item: item(id),
      render,
    },
  });
}

/** `SELECT`, `SELECT (a)`, `SELECT (b)` → `SELECT, SELECT (a, b)`. */
function gather(items: readonly string[]): string {
  const columns = new Map<string, string[]>();
  for (const each of items) {
    const at = each.indexOf(' (');
    if (at < 0) {
      columns.set(each, []);
      continue;
    }
    const word = each.slice(0, at + 1);
    columns.set(word, [...(columns.get(word) ?? []), each.slice(at + 2, -1)]);
  }
  return [...columns]
    .map(([word, names]) => (names.length === 0 ? word : `${word}(${names.join(', ')})`))
    .join(', ');
}

const requirements = (id: GrantId) => [
  ...whatItIsOn(id.on).map(keyOf),
  ...(id.to === 'public' ? [] : [keyOf({ kind: 'role', name: id.to })]),
];

/** Stands for: the privilege on a whole relation is taken, and with it, as PostgreSQL has it, that on each column. */
export const revoked = ({ to, privilege }: Pick<GrantId, 'to' | 'privilege'>, on: Id) =>
  `turn of revoking ${privilege} on ${keyOf(on)} from ${to}` as Key;

/**
 * ALL, which means the same on a server that knows a privilege less, does not stand beside privileges on columns: written
 * for such servers too, those are a statement of their own.
 */
function apartForOlder(made: Draft, { on }: GrantId, sides: Sides): Draft {
  const { merge } = made;
  const [oldest, newest] = [oldestServer(sides), Math.max(sides.from.serverVersion, sides.to.serverVersion)];
  const isSame =
    everyPrivilege({ on: onWhole(on) }, oldest).length === everyPrivilege({ on: onWhole(on) }, newest).length;
  if (merge === undefined || on.kind !== 'column' || isSame) return made;
  return { ...made, merge: { ...merge, group: `${merge.group}\0columns` } };
}

function give(id: GrantId, { grantable }: GrantAttributes, sides: Sides): Draft {
  const { to } = sides;
  const wholes = id.on.kind === 'column' ? relationsOf(id.on).map((on) => revoked(id, on)) : [];
  return {
    ...apartForOlder(
      privilegeStatement('GRANT', id, everyPrivilege(id, to.serverVersion), grantable),
      id,
      sides,
    ),
    produces: [keyOf(id)],
    requires: [...requirements(id), ...wholes],
  };
}

/** Privileges on columns of what an extension contains, which is no entry, by schema and name of that. */
const onMembers = onceOf((catalog: Catalog): ReadonlyMap<string, Entry<GrantId, GrantAttributes>[]> => {
  const grants = new Map<string, Entry<GrantId, GrantAttributes>[]>();
  for (const [, { id, attrs }] of loose(catalog))
    if (id.kind === 'grant' && id.on.kind === 'column')
      pushTo(grants, qualified(id.on.schema, id.on.table), {
        id,
        attrs: { grantable: attrs['grantable'] === true },
      });
  return grants;
});

/** @returns the statements that give those on columns again, which REVOKE on the whole has taken along. */
export function givenAgain(id: Pick<GrantId, 'on' | 'to' | 'privilege'>, sides: Sides): Draft[] {
  const { from, to } = sides;
  // Of what is dropped none is kept.
  if (from.entries.has(keyOf(id.on)) && !to.entries.has(keyOf(id.on))) return [];
  const kept = columnGrants(id, to).filter((each) => from.entries.has(keyOf(each.id)));
  return kept.map((each) => give(each.id, each.attrs, sides));
}

/** @returns the same privilege of the same role on single columns. */
function columnGrants(
  { on, to, privilege }: Pick<GrantId, 'on' | 'to' | 'privilege'>,
  of: Catalog,
): Entry<GrantId, GrantAttributes>[] {
  if (!isRelation(on)) return [];
  const grants = of.entries.has(keyOf(on))
    ? onColumnsOf(of)(on)
    : (onMembers(of).get(qualified(on.schema, on.name)) ?? []);
  return grants.filter(({ id }) => id.to === to && id.privilege === privilege);
}

/** Privileges on columns of a relation, found once of each. */
const onColumnsOf = onceOf((catalog: Catalog) => {
  const { byReferenced } = edgeIndex(catalog);
  const hangsOn = (key: Key) => (byReferenced.get(key) ?? []).map(({ dependent }) => dependent);
  const found = new Map<Key, readonly Entry<GrantId, GrantAttributes>[]>();
  return (on: RelationId): readonly Entry<GrantId, GrantAttributes>[] => {
    const of = keyOf(on);
    const known = found.get(of);
    if (known !== undefined) return known;
    const direct = hangsOn(of);
    const columns = direct.filter((key) => catalog.entries.get(key)?.id.kind === 'column');
    const grants = [...new Set([...direct, ...columns.flatMap(hangsOn)])].flatMap((key) => {
      const entry = catalog.entries.get(key);
      if (entry?.id.kind !== 'grant' || entry.id.on.kind !== 'column') return [];
      return [{ id: entry.id, attrs: { grantable: entry.attrs['grantable'] === true } }];
    });
    found.set(of, grants);
    return grants;
  };
});

export const grant: Kind<GrantId, GrantAttributes> = {
  name: 'grant',
  rank: 58,
  references: ({ id, ...entry }) => [
    ...onWhat({ id, ...entry }),
    ...(id.to === 'public' ? [] : [{ to: { kind: 'role' as const, name: id.to }, type: 'normal' as const }]),
  ],
  create: (entry, sides) => {
    const { id, attrs } = entry;
    const column = identityColumnOf(entry);
    if (column === undefined) return [give(id, attrs, sides)];
    if (comesAlong(said(entry), column, sides)) return [];
    const given = give(id, attrs, sides);
    return [{ ...given, requires: [...given.requires, ...ownersOf(column)] }];
  },
  drop: (entry, sides) => {
    const { id } = entry;
    const { from } = sides;
    const column = identityColumnOf(entry);
    if (column !== undefined && goesAlong(said(entry), column, sides)) return [];
    const taken = {
      ...apartForOlder(
        privilegeStatement('REVOKE', id, everyPrivilege(id, from.serverVersion), false),
        id,
        sides,
      ),
      destroys: [keyOf(id)],
    };
    if (id.on.kind === 'column') return [taken];
    // Whose it is then may be the one that it is taken from; and so may the name be another's.
    if (column !== undefined) return [settling(taken, id.on, column)];
    return [{ ...taken, produces: [revoked(id, id.on)] }, ...givenAgain(id, sides)];
  },
  alter: (_changes, _before, { id, attrs }, sides) => [
    {
      ...apartForOlder(
        privilegeStatement(
          attrs.grantable ? 'GRANT' : 'REVOKE GRANT OPTION FOR',
          id,
          everyPrivilege(id, sides.to.serverVersion),
          attrs.grantable,
        ),
        id,
        sides,
      ),
      produces: [keyOf(id)],
    },
  ],
};

const said = ({ id, attrs, aside }: Entry<GrantId, GrantAttributes>): SaidOfIdentity => ({
  id,
  attrs: { ...attrs },
  ...(aside === undefined ? {} : { aside }),
});

function onWhat(entry: Pick<Entry<GrantId>, 'id' | 'aside'>): { to: Id; type: 'auto' }[] {
  const column = identityColumnOf(entry);
  return column === undefined
    ? whatItIsOn(entry.id.on).map((to) => ({ to, type: 'auto' }))
    : referencesOf(column);
}

/** Every privilege of the object, so that a whole set reads ALL, and means the same on a server that knows one more. */
export const everyPrivilege = (id: Pick<GrantId, 'on'>, serverVersion: number) =>
  privilegesOn(id.on.kind, serverVersion).map((name) => name.toUpperCase());
