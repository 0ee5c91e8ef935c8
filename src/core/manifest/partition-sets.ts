/** Partition sets: whose partitions come and go with time, and no migration says of them. */
import type { Catalog } from '../model/catalog.ts';
import { type Key, type TableId, keyOf } from '../model/id.ts';
import { domainsIn } from './domain-of.ts';
import type { Manifest } from './manifest.ts';
import { parentOf } from './resolve/domain-objects.ts';

/** @returns the partitioned tables of a database's partition sets. */
export function partitionSets(manifest: Manifest, database: string): ReadonlySet<Key> {
  return new Set(
    domainsIn(manifest, database).flatMap(({ schema, partitions }) =>
      partitions.map(({ table }) => keyOf({ kind: 'table', schema, name: table })),
    ),
  );
}

/** @returns whether a table is a partition of one of the sets, at any depth. */
export function isOfSet(table: TableId, on: Catalog, sets: ReadonlySet<Key>): boolean {
  if (sets.size === 0) return false;
  for (let parent = parentOf(on, table); parent !== undefined; parent = parentOf(on, parent))
    if (sets.has(keyOf(parent))) return true;
  return false;
}
