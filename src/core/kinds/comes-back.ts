/** Partitions that are detached for a while only: another bound, the same parents. */
import { type Catalog, find } from '../model/catalog.ts';
import { type TableId, keyOf } from '../model/id.ts';
import type { Sides } from './kind.ts';
import { type Named, parentsOf } from './parents.ts';
import { type TableAttributes, isMadeAnew } from './table.ts';

const above = (of: Catalog, table: Named): TableId[] =>
  parentsOf(of, table).flatMap((parent) => [parent, ...above(of, parent)]);

/** @returns whether a table is a partition before and after, under the same parents, none of which is made anew. */
export function comesBack({ schema, name }: Named, { from, to }: Sides): boolean {
  const isPartition = (of: Catalog) => of.entries.has(keyOf({ kind: 'partition', schema, name }));
  if (!isPartition(from) || !isPartition(to)) return false;
  const [before, after] = [above(from, { schema, name }), above(to, { schema, name })];
  return (
    before.map(keyOf).join('\n') === after.map(keyOf).join('\n') &&
    after.every((table) => {
      const [old, now] = [from, to].map((side) => find<TableId, TableAttributes>(side, table)?.attrs);
      return old !== undefined && now !== undefined && !isMadeAnew(old, now);
    })
  );
}
