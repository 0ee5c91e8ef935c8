/** In which order tables that foreign keys connect become logged or unlogged: no logged table may reference an unlogged one, at any moment. */
import { qualified } from '../../sql/quote.ts';
import { edgeIndex } from '../model/catalog.ts';
import { type Key, type TableId, keyOf } from '../model/id.ts';
import type { ConstraintAttributes } from './constraint.ts';
import { gone } from './gone.ts';
import type { Sides } from './kind.ts';

const turnOf = ({ schema, name }: Pick<TableId, 'schema' | 'name'>): Key =>
  `turn of the persistence of ${qualified(schema, name)}` as Key;

/** @returns what the statement that sets it must wait for (foreign keys that go; the tables of those that stay), and what waits for it. */
export function persistenceOrder(
  table: TableId,
  persistence: 'permanent' | 'unlogged',
  { from }: Sides,
): { readonly produces: readonly Key[]; readonly requires: readonly Key[] } {
  const requires: Key[] = [];
  for (const { dependent } of edgeIndex(from).byReferenced.get(keyOf(table)) ?? []) {
    const { id, attrs } = from.entries.get(dependent)!;
    if (id.kind !== 'constraint') continue;
    const { references } = attrs as unknown as ConstraintAttributes;
    if (references === null) continue;
    const isFrom = id.schema === table.schema && id.table === table.name;
    const isTo = references.schema === table.schema && references.table === table.name;
    // Who references goes first where it is to be unlogged, and what is referenced where it is to be logged.
    if (isFrom === isTo || isFrom !== (persistence === 'permanent')) continue;
    const other = isFrom
      ? { schema: references.schema, name: references.table }
      : { schema: id.schema, name: id.table };
    requires.push(gone(dependent), turnOf(other));
  }
  return { produces: [turnOf(table)], requires };
}
