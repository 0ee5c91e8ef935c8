/** Privileges on the columns of a live database's relations. */
import { type GrantEntry, grantsOn } from '../../access/acl.ts';
import { qualified } from '../../../sql/quote.ts';
import type { Catalog } from '../../model/catalog.ts';
import type { RelationId } from '../../model/id.ts';
import { onceOf } from '../../model/once-of.ts';
import { pushTo } from '../../model/push-to.ts';

/**
 * @param catalog as it was read: a walk over one that is made of others costs more.
 * @returns the privileges on the columns of a relation, in the order of their keys; of what an extension contains too, which is no entry.
 */
export const columnGrantsOn = (catalog: Catalog, { schema, name }: RelationId): readonly GrantEntry[] =>
  byRelation(catalog).get(qualified(schema, name)) ?? [];

const byRelation = onceOf((catalog: Catalog): ReadonlyMap<string, readonly GrantEntry[]> => {
  const grants = new Map<string, GrantEntry[]>();
  for (const entry of grantsOn(catalog, ({ kind }) => kind === 'column')) {
    const { on } = entry.id;
    if (on.kind === 'column') pushTo(grants, qualified(on.schema, on.table), entry);
  }
  return grants;
});
