/** Operators, with the links between those that are each other's commutator or negator. */
import { identifier } from '../../sql/quote.ts';
import { type Catalog, find } from '../model/catalog.ts';
import { type Key, type OperatorId, keyOf } from '../model/id.ts';
import { alterObject, dropObject, inItsSchema } from './in-schema.ts';
import { draft, type Draft, type Kind, oldestServer, type Sides } from './kind.ts';

export type OperatorAttributes = {
  /** As SQL writes its name. */
  readonly function: string;
  readonly commutator: Link | null;
  readonly negator: Link | null;
  /** Selectivity estimators, as SQL writes their names. */
  readonly restrict: string | null;
  readonly join: string | null;
  readonly hashes: boolean;
  readonly merges: boolean;
};
/** Another operator: its operands are this one's, in turn for a commutator. */
type Link = { readonly schema: string; readonly name: string };
type LinkName = 'commutator' | 'negator';

const linkNames: readonly LinkName[] = ['commutator', 'negator'];

/** @returns the id of the operator that a link names. */
function linked(id: OperatorId, attrs: OperatorAttributes, name: LinkName): OperatorId | undefined {
  const link = attrs[name];
  if (link === null) return undefined;
  const operands =
    name === 'negator' || id.left === null
      ? { left: id.left, right: id.right }
      : { left: id.right, right: id.left };
  return { kind: 'operator', schema: link.schema, name: link.name, ...operands };
}

const reference = ({ schema, name }: Link): string => `OPERATOR(${identifier(schema)}.${name})`;

/** @returns whether the operator was there before with a link to yet another. */
function linkedElsewhere(from: Catalog, id: OperatorId, name: LinkName, to: OperatorId): boolean {
  const before = find<OperatorId, OperatorAttributes>(from, id);
  const link = before === undefined ? undefined : linked(id, before.attrs, name);
  return link !== undefined && keyOf(link) !== keyOf(to);
}

/**
 * Both operators of a pair name each other: the first to come makes a shell of the second. Where the second is still
 * the one of before, and somebody else's, it is the second that names the first.
 */
function linkClauses(
  id: OperatorId,
  attrs: OperatorAttributes,
  { from }: Sides,
): { clauses: string[]; requires: Key[] } {
  const clauses: string[] = [];
  const requires: Key[] = [];
  for (const name of linkNames) {
    const other = linked(id, attrs, name);
    if (other === undefined) continue;
    if (linkedElsewhere(from, other, name, id)) {
      if (!linkedElsewhere(from, id, name, other) || keyOf(id) < keyOf(other)) continue;
      requires.push(keyOf(other));
    }
    clauses.push(`${name.toUpperCase()} = ${reference(other)}`);
  }
  return { clauses, requires };
}

export const operator: Kind<OperatorId, OperatorAttributes> = {
  name: 'operator',
  rank: 46,
  references: inItsSchema,
  create({ id, attrs }, sides) {
    const { clauses, requires } = linkClauses(id, attrs, sides);
    const options = [
      `FUNCTION = ${attrs.function}`,
      ...(id.left === null ? [] : [`LEFTARG = ${id.left}`]),
      `RIGHTARG = ${id.right}`,
      ...clauses,
      ...(attrs.restrict === null ? [] : [`RESTRICT = ${attrs.restrict}`]),
      ...(attrs.join === null ? [] : [`JOIN = ${attrs.join}`]),
      ...(attrs.hashes ? ['HASHES'] : []),
      ...(attrs.merges ? ['MERGES'] : []),
    ];
    const sql = `CREATE OPERATOR ${identifier(id.schema)}.${id.name} (\n  ${options.join(',\n  ')}\n)`;
    return [draft(sql, { produces: [keyOf(id)], requires })];
  },
  drop: dropObject,
  alter(changes, { attrs: before }, { id, attrs }, sides) {
    const settings: string[] = [];
    const requires: Key[] = [];
    for (const { attr } of changes as readonly { attr: keyof OperatorAttributes }[])
      switch (attr) {
        case 'function':
          return 'replace';
        case 'restrict':
        case 'join':
          settings.push(`${attr.toUpperCase()} = ${attrs[attr] ?? 'NONE'}`);
          break;
        case 'hashes':
        case 'merges':
          if (before[attr] || oldestServer(sides) < 170000) return 'replace';
          settings.push(attr.toUpperCase());
          break;
        case 'commutator':
        case 'negator': {
          if (linksItself(id, before, attrs, attr, sides)) break;
          const other = linked(id, attrs, attr);
          if (other === undefined || before[attr] !== null || oldestServer(sides) < 170000) return 'replace';
          settings.push(`${attr.toUpperCase()} = ${reference(other)}`);
          requires.push(keyOf(other));
        }
      }
    const drafts: readonly Draft[] =
      settings.length === 0 ? [] : [alterObject(id, `SET (${settings.join(', ')})`)];
    return drafts.map((made) => ({ ...made, requires }));
  },
};

/** Whether a link needs no statement of its own: the other operator's brings it, or the other goes and takes it along. */
function linksItself(
  id: OperatorId,
  before: OperatorAttributes,
  after: OperatorAttributes,
  name: LinkName,
  { from, to }: Sides,
): boolean {
  const [old, now] = [linked(id, before, name), linked(id, after, name)];
  if (now === undefined) return old !== undefined && find(to, old) === undefined;
  const other = find<OperatorId, OperatorAttributes>(to, now);
  if (old !== undefined || other === undefined) return false;
  const back = linked(now, other.attrs, name);
  if (back === undefined || keyOf(back) !== keyOf(id)) return false;
  const otherBefore = find<OperatorId, OperatorAttributes>(from, now)?.attrs;
  return otherBefore === undefined || (otherBefore[name] === null && keyOf(id) < keyOf(now));
}
