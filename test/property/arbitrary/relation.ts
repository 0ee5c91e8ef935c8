/** What a view, a trigger or an index can be on. */
import type { World } from './family.ts';
import { inheritingAt, inheritingSlots } from './inheriting.ts';
import { partitionedSlots } from './partitioned.ts';
import { columnsOf, tableName, tableSlots } from './table.ts';

export const viewSlots = ['overview', 'on_top', 'Third view'] as const;
export const materializedSlots = ['kept', 'kept_too'] as const;
export const tablesAndPartitioned = [
  ...tableSlots,
  ...tableSlots,
  ...partitionedSlots,
  ...inheritingSlots,
] as const;
/** Whether statements for partitioned tables are needed. */
export const isPartitionedSlot = (slot: string): boolean =>
  (partitionedSlots as readonly string[]).includes(slot);

export interface Relation {
  readonly name: string;
  readonly columns: { has(name: string): boolean };
  readonly list: readonly string[];
}
/** @returns a table, child or partitioned table with its columns, or undefined if it is not there or has none. */
export function tableAt(slot: string, world: World): Relation | undefined {
  const child = inheritingAt(slot, world);
  const name = child?.name ?? tableName(slot, world);
  const columns = child?.columns ?? columnsOf(slot, world);
  return name === undefined || columns.size === 0 ? undefined : { name, columns, list: [...columns.keys()] };
}
