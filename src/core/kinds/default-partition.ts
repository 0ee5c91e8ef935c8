/** The partition that takes what no other takes: what it may hold changes with every other that comes or goes. */
import { qualified } from '../../sql/quote.ts';
import { type Catalog, find } from '../model/catalog.ts';
import type { PartitionId, TableId } from '../model/id.ts';
import type { Hazard } from '../model/statement.ts';
import type { Sides } from './kind.ts';
import { type Named, childrenOf } from './parents.ts';
import type { PartitionAttributes } from './parts.ts';

/** @returns the default partition of a table, if it has one. */
export function defaultPartition(of: Catalog, parent: Named): TableId | undefined {
  return childrenOf(of, parent).find(({ schema, name }) => {
    const partition = find<PartitionId, PartitionAttributes>(of, { kind: 'partition', schema, name });
    return partition?.attrs.bound === 'DEFAULT';
  });
}

/** @returns the default partition that a table has before and after, and in which rows of a new partition could lie. */
export function lastingDefault(parent: Named, { from, to }: Sides): TableId | undefined {
  const [before, after] = [defaultPartition(from, parent), defaultPartition(to, parent)];
  return before?.schema === after?.schema && before?.name === after?.name ? before : undefined;
}

/** The server looks in the default partition for rows of a new one, before anybody can use either. */
export const defaultIsRead = ({ schema, name }: TableId): Hazard => ({
  name: 'scan',
  object: qualified(schema, name),
  detail: 'reads every row of the default partition under the lock, for those of the new one',
});
