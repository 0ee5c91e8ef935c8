/** The names that entries take: no two have one at a time. */
import { relationSlot } from '../kinds/relation-name.ts';
import type { Entry } from '../model/entry.ts';
import { type Id, isRelation, isType, nameOf } from '../model/id.ts';

/** An entry, or what is about to be one. */
type Taking = { readonly id: Id; readonly attrs?: Entry['attrs'] };

/** @returns the name that it takes among relations, which the indexes of keys are too; undefined: none. */
export function relationNameOf({
  id,
  attrs,
}: Taking): { readonly schema: string; readonly name: string } | undefined {
  if (id.kind === 'constraint') return ['p', 'u', 'x'].includes(attrs?.['type'] as string) ? id : undefined;
  return isRelation(id) || id.kind === 'index' || id.kind === 'sequence' ? id : undefined;
}

/** @returns the name that a check takes in a table. */
export const checkSlot = ({ schema, table }: { schema: string; table: string }, name: string): string =>
  `check\0${schema}\0${table}\0${name}`;

/** @returns the place that a primary key takes: a table has one. */
export const primarySlot = ({ id, attrs }: Taking): string | undefined =>
  id.kind === 'constraint' && attrs?.['type'] === 'p' ? `primary\0${id.schema}\0${id.table}` : undefined;

/** @returns the name that an object takes: relations share one namespace per schema, types another. */
export function slotOf(entry: Taking | undefined): string | undefined {
  if (entry === undefined) return undefined;
  const relation = relationNameOf(entry);
  if (relation !== undefined) return relationSlot(relation.schema, relation.name);
  const { id, attrs } = entry;
  if (isType(id) || id.kind === 'shell-type') return `type\0${id.schema}\0${id.name}`;
  switch (id.kind) {
    case 'constraint':
      return attrs?.['type'] === 'c' ? checkSlot(id, id.name) : undefined;
    case 'function':
    case 'aggregate':
      return `routine\0${nameOf(id)}`;
    default:
      return undefined;
  }
}
