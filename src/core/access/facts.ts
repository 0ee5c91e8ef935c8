/** What changed of what gives access later, or in another way than by a privilege: memberships, owners, default privileges, policies. */
import { diff } from '../diff/diff.ts';
import type { RoleAttributes } from '../kinds/role.ts';
import { type Catalog, find } from '../model/catalog.ts';
import type { Change } from '../model/change.ts';
import type { Value } from '../model/entry.ts';
import { type Id, type RoleId, nameOf } from '../model/id.ts';
import { granteeName, grantedOn } from '../rules/wording.ts';
import { identifier } from '../../sql/quote.ts';

export interface FactChange {
  readonly change: 'added' | 'removed' | 'changed';
  readonly kind: Id['kind'];
  /** In words: `membership of ann in boss`. */
  readonly fact: string;
  /** What it was, and what it is; null: nothing, or nothing but that it is there. */
  readonly from: Value;
  readonly to: Value;
}

/** What of a role is told as a change of the role. */
const toldOfRoles = new Set([
  'superuser',
  'bypassRls',
  'createRole',
  'createDatabase',
  'replication',
  'login',
]);

/** @returns the facts in which the catalogs differ, privileges on objects that are there apart. */
export function factChanges(before: Catalog, after: Catalog): FactChange[] {
  return diff(before, after).flatMap((each) => {
    const change = asMeant(each, before, after);
    if (change === undefined) return [];
    const id = change.op === 'alter' ? change.id : change.entry.id;
    const fact = wordsOf(id, change);
    return fact === undefined ? [] : [{ kind: id.kind, fact, ...sidesOf(change) }];
  });
}

/** Until 15 memberships have no options: they mean what later servers say. @returns undefined: no difference. */
function asMeant(change: Change, before: Catalog, after: Catalog): Change | undefined {
  if (change.op !== 'alter' || change.id.kind !== 'membership') return change;
  const { attr, id, from, to } = change;
  const meant = (catalog: Catalog, value: Value): Value => {
    if (value !== null || (attr !== 'inherit' && attr !== 'set')) return value;
    const member: RoleId = { kind: 'role', name: id.member };
    return attr === 'set' || find<RoleId, RoleAttributes>(catalog, member)?.attrs.inherit !== false;
  };
  const [was, is] = [meant(before, from), meant(after, to)];
  return was === is ? undefined : { ...change, from: was, to: is };
}

function sidesOf(change: Change): Pick<FactChange, 'change' | 'from' | 'to'> {
  if (change.op === 'alter') return { change: 'changed', from: change.from, to: change.to };
  const { attrs, id } = change.entry;
  // What a policy says, its name stands for.
  const said = id.kind === 'policy' || Object.keys(attrs).length === 0 ? null : { ...attrs };
  return change.op === 'create'
    ? { change: 'added', from: null, to: said }
    : { change: 'removed', from: said, to: null };
}

/** @returns undefined for what gives no access, or is told otherwise. */
function wordsOf(id: Id, change: Change): string | undefined {
  const attr = change.op === 'alter' ? change.attr : undefined;
  switch (id.kind) {
    case 'membership':
      return `membership of ${identifier(id.member)} in ${identifier(id.role)}${attr === undefined ? '' : `: ${attr}`}`;
    case 'default-privilege': {
      const where = id.schema === null ? '' : ` in ${identifier(id.schema)}`;
      return `${id.privilege} on ${id.objects} that ${identifier(id.role)} makes${where} to ${granteeName(id.to)}`;
    }
    case 'owner':
      return attr === undefined ? undefined : `owner of ${grantedOn(id.on)}`;
    case 'role':
      return attr === undefined || toldOfRoles.has(attr) ? undefined : `role ${identifier(id.name)}: ${attr}`;
    case 'role-setting':
      return `setting ${id.name} of ${identifier(id.role)}`;
    case 'revoke':
      return `${id.privilege} on ${grantedOn(id.on)} taken from ${granteeName(id.to)}`;
    case 'policy':
      return `policy ${nameOf(id)}${attr === undefined ? '' : `: ${attr}`}`;
    case 'table':
      return attr === 'rowSecurity' || attr === 'forceRowSecurity'
        ? `table ${nameOf(id)}: ${attr}`
        : undefined;
    case 'database':
      return attr === 'owner' ? 'owner of the database' : undefined;
    default:
      return undefined;
  }
}
