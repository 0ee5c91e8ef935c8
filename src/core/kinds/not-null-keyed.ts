/** NOT NULL under a primary key of a table below: before 18, what takes it from a table takes it from those below as well, unless told otherwise. */
import type { Catalog } from '../model/catalog.ts';
import { type ColumnId, keyOf } from '../model/id.ts';
import { alterColumn } from './alter-table.ts';
import { columnAt } from './family.ts';
import type { Draft, Sides } from './kind.ts';
import { isOfPrimaryKey, keyGone } from './not-null.ts';
import { descendantsOf, isChild } from './parents.ts';

/** @param drops what takes NOT NULL from a column. @returns it, or where a child's key keeps it there, what takes it from each table by itself. */
export function sparingKeysBelow(id: ColumnId, drops: readonly Draft[], { from, to }: Sides): Draft[] {
  if (drops.length === 0 || to.serverVersion >= 180000) return [...drops];
  const below = descendantsOf(from, { schema: id.schema, name: id.table })
    .filter((child) => isChild(from, child))
    .map((child): ColumnId => ({ ...id, schema: child.schema, table: child.name }));
  if (!below.some((each) => isOfPrimaryKey(each, from))) return [...drops];
  return [id, ...below]
    .filter((each) => keyOf(each) === keyOf(id) || !isForbidden(each, to))
    .map((each) => ({
      ...alterColumn(each, 'DROP NOT NULL', undefined, 'ONLY '),
      requires: [keyGone(each)],
    }));
}

/** Whether a column allows no null, as is told of it or because of its key. */
const isForbidden = (id: ColumnId, of: Catalog): boolean =>
  columnAt(of, id)?.attrs.notNull !== false || isOfPrimaryKey(id, of);
