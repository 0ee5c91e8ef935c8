/** Every partition set of a database, planned: what rules, `dbctl partitions` and `dbctl migrate` start from. */
import { domainsIn } from '../manifest/domain-of.ts';
import type { Domain, Manifest, PartitionSet } from '../manifest/manifest.ts';
import type { Catalog } from '../model/catalog.ts';
import { partitionedTable } from './partitioned-table.ts';
import { type PartitionPlan, planPartitions } from './plan.ts';

export interface PlannedSet {
  readonly domain: Domain;
  readonly set: PartitionSet;
  /** `absent`: the database has no such table (yet). A text: how the table does not fit its declaration. */
  readonly plan: PartitionPlan | 'absent' | { readonly mismatch: string };
}

/** @param database key into the manifest's `databases`, of the one that `live` was read from. */
export function planSets(manifest: Manifest, database: string, live: Catalog, now: Date): PlannedSet[] {
  return domainsIn(manifest, database).flatMap((domain) =>
    domain.partitions.map((set) => {
      const table = partitionedTable(live, domain.schema, set.table);
      return {
        domain,
        set,
        plan: table === undefined ? 'absent' : planPartitions(set, table, now.getTime()),
      };
    }),
  );
}
