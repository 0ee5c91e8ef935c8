/** Which table has its columns from which others: a partition from its parent, a child from those that it inherits. */
import { type Catalog, entriesOf } from '../model/catalog.ts';
import { type ColumnId, type Id, type IdOf, type TableId, keyOf } from '../model/id.ts';
import { onceOf } from '../model/once-of.ts';
import { pushTo } from '../model/push-to.ts';
import type { PartitionAttributes } from './parts.ts';

/** The kinds that say that a table has its columns from elsewhere. */
export const links = ['partition', 'inherit', 'of-type'] as const;
export type LinkId = IdOf<(typeof links)[number]>;
export const isLink = (id: Id): id is LinkId =>
  id.kind === 'partition' || id.kind === 'inherit' || id.kind === 'of-type';

interface Family {
  readonly parents: ReadonlyMap<string, readonly TableId[]>;
  readonly children: ReadonlyMap<string, readonly TableId[]>;
}
const none: readonly TableId[] = [];
export type Named = { readonly schema: string; readonly name: string };
const nameOf = ({ schema, name }: Named) => `${schema}\0${name}`;

const familyOf = onceOf((catalog: Catalog): Family => {
  const links: { child: TableId; parent: TableId; order: number }[] = [];
  const link = (child: Named, schema: string, name: string, order = 0) =>
    links.push({
      child: { kind: 'table', schema: child.schema, name: child.name },
      parent: { kind: 'table', schema, name },
      order,
    });
  for (const { id, attrs } of entriesOf<'partition', PartitionAttributes>(catalog, 'partition'))
    link(id, attrs.parentSchema, attrs.parentTable);
  for (const { id, order } of entriesOf(catalog, 'inherit')) link(id, id.parentSchema, id.parent, order);
  links.sort((a, b) => a.order - b.order);
  const [parents, children] = [new Map<string, TableId[]>(), new Map<string, TableId[]>()];
  for (const { child, parent } of links) {
    pushTo(parents, nameOf(child), parent);
    pushTo(children, nameOf(parent), child);
  }
  return { parents, children };
});

/** @returns the tables that a table has its columns from: its partitioned parent, or those that it inherits, in order. */
export function parentsOf(catalog: Catalog, table: Named): readonly TableId[] {
  return familyOf(catalog).parents.get(nameOf(table)) ?? none;
}

/** @returns the tables that have columns from this one, without theirs. */
export function childrenOf(catalog: Catalog, table: Named): readonly TableId[] {
  return familyOf(catalog).children.get(nameOf(table)) ?? none;
}

/** @returns the children of a table, and theirs. */
export function descendantsOf(catalog: Catalog, table: Named): readonly TableId[] {
  const found = new Map<string, TableId>();
  const queue = [...childrenOf(catalog, table)];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (found.has(nameOf(next))) continue;
    found.set(nameOf(next), next);
    queue.push(...childrenOf(catalog, next));
  }
  return [...found.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** @returns the parents of a table, and theirs. */
export const ancestorsOf = (catalog: Catalog, table: Named): readonly TableId[] =>
  parentsOf(catalog, table).flatMap((parent) => [parent, ...ancestorsOf(catalog, parent)]);

/** @returns whether a table is a child by INHERITS, and no partition: what a child has as well, stays its own. */
export const isChild = (of: Catalog, { schema, name }: Named): boolean =>
  parentsOf(of, { schema, name }).length > 0 && !of.entries.has(keyOf({ kind: 'partition', schema, name }));

/** @returns `ONLY ` for a table that has children, for what they have of their own; else nothing. */
export function onlyOf(
  catalog: Catalog,
  { schema, table }: Pick<ColumnId, 'schema' | 'table'>,
): '' | 'ONLY ' {
  return childrenOf(catalog, { schema, name: table }).length === 0 ? '' : 'ONLY ';
}
