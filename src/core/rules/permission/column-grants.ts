/** Privileges on the columns of a live database's relations. */
import { qualified } from '../../../sql/quote.ts';
import { type Catalog, closedBundles, loose, openBundles } from '../../model/catalog.ts';
import type { EntryOf } from '../../model/entry.ts';
import type { Key, RelationId } from '../../model/id.ts';
import { onceOf } from '../../model/once-of.ts';
import { pushTo } from '../../model/push-to.ts';

export type ColumnGrant = EntryOf<'grant', { readonly grantable: boolean }>;

/**
 * @param catalog as it was read: a walk over one that is made of others costs more.
 * @returns the privileges on the columns of a relation, in the order of their keys; of what an extension contains too, which is no entry.
 */
export const columnGrantsOn = (catalog: Catalog, { schema, name }: RelationId): readonly ColumnGrant[] =>
  byRelation(catalog).get(qualified(schema, name)) ?? [];

/** Of the ACLs that are not written out yet, only those of columns are: they are few. */
const byRelation = onceOf((catalog: Catalog): ReadonlyMap<string, readonly ColumnGrant[]> => {
  for (const { kinds, on } of closedBundles(catalog))
    if (kinds.has('grant'))
      for (const key of Array.from(on, ([each, bundle]) => (bundle.on.kind === 'column' ? each : undefined)))
        if (key !== undefined) openBundles(catalog, key, 'grant');
  const found: [Key, ColumnGrant][] = [];
  for (const [key, entry] of loose(catalog))
    if (entry.id.kind === 'grant' && entry.id.on.kind === 'column')
      found.push([key, entry as unknown as ColumnGrant]);
  const grants = new Map<string, ColumnGrant[]>();
  for (const [, entry] of found.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    const { on } = entry.id;
    if (on.kind === 'column') pushTo(grants, qualified(on.schema, on.table), entry);
  }
  return grants;
});
