/** A partitioned table as planning needs it, and how it is found in a catalog. */
import type { ColumnAttributes } from '../kinds/parts.ts';
import type { GrantAttributes } from '../kinds/grant.ts';
import type { OwnerAttributes } from '../kinds/owner.ts';
import type { PartitionAttributes } from '../kinds/parts.ts';
import type { TableAttributes } from '../kinds/table.ts';
import { qualified } from '../../sql/quote.ts';
import { type Catalog, entriesOf, find, unsorted } from '../model/catalog.ts';
import type { EntryOf } from '../model/entry.ts';
import type { ColumnId, OwnerId, TableId } from '../model/id.ts';
import { onceOf } from '../model/once-of.ts';
import { pushTo } from '../model/push-to.ts';
import { isRelation, isType } from '../model/id.ts';

export interface PartitionedTable {
  readonly schema: string;
  readonly name: string;
  /** As in PARTITION BY: `RANGE (created_at)`; null for a table that is not partitioned. */
  readonly key: string | null;
  /** The key column's type as format_type prints it; null when the key is not one column. */
  readonly keyColumnType: string | null;
  readonly owner: string;
  readonly rowSecurity: boolean;
  readonly grants: readonly ParentGrant[];
  readonly partitions: readonly Partition[];
  /** Names in the table's schema that a new partition cannot have. */
  readonly takenNames: ReadonlySet<string>;
}
/** A privilege on the parent, and the column it is limited to. */
export interface ParentGrant {
  readonly to: string;
  readonly privilege: string;
  readonly column: string | null;
  readonly grantable: boolean;
}
export interface Partition {
  readonly schema: string;
  readonly name: string;
  /** As pg_get_expr prints it, in a session with TimeZone UTC. */
  readonly bound: string;
}

/** @returns the column in `RANGE (created_at)`, unquoted; null for another strategy, an expression or several columns. */
export function keyColumn(key: string | null): string | null {
  const column = /^RANGE \((?:([a-z_][a-z0-9_$]*)|"((?:[^"]|"")+)")\)$/.exec(key ?? '');
  return column === null ? null : (column[1] ?? column[2]!.replaceAll('""', '"'));
}

/** @returns the type of a column as format_type prints it; null when there is none of that name. */
export function keyColumnType(live: Catalog, { schema, name: table }: TableId, name: string): string | null {
  const column: ColumnId = { kind: 'column', schema, table, name };
  return find<ColumnId, ColumnAttributes>(live, column)?.attrs.type ?? null;
}

/** @returns the table with its partitions, or undefined when the catalog has no such table. */
export function partitionedTable(live: Catalog, schema: string, name: string): PartitionedTable | undefined {
  const id: TableId = { kind: 'table', schema, name };
  const attrs = find<TableId, TableAttributes>(live, id)?.attrs;
  if (attrs === undefined) return undefined;
  const key = attrs.partitionKey;
  const column = keyColumn(key);
  const owner = find<OwnerId, OwnerAttributes>(live, { kind: 'owner', on: id })?.attrs.role ?? '';
  const grants: ParentGrant[] = [];
  for (const { id: grant, attrs } of grantsIn(live).get(qualified(schema, name)) ?? []) {
    const { on, to, privilege } = grant;
    if (to !== owner)
      grants.push({
        to,
        privilege,
        column: on.kind === 'column' ? on.name : null,
        grantable: attrs.grantable,
      });
  }
  const partitions: Partition[] = [];
  for (const { id: each, attrs } of entriesOf<'partition', PartitionAttributes>(live, 'partition'))
    if (attrs.parentSchema === schema && attrs.parentTable === name)
      partitions.push({ schema: each.schema, name: each.name, bound: attrs.bound });
  return {
    schema,
    name,
    key,
    keyColumnType: column === null ? null : keyColumnType(live, id, column),
    owner,
    rowSecurity: attrs.rowSecurity,
    grants,
    partitions,
    get takenNames() {
      return new Set(namesIn(live).get(schema));
    },
  };
}

type GrantEntry = EntryOf<'grant', GrantAttributes>;

/** @returns the privileges on tables and their columns, by the table's qualified name. */
const grantsIn = onceOf((live: Catalog) => {
  const grants = new Map<string, GrantEntry[]>();
  for (const entry of entriesOf<'grant', GrantAttributes>(live, 'grant')) {
    const { on } = entry.id;
    if (on.kind !== 'table' && on.kind !== 'column') continue;
    pushTo(
      grants,
      on.kind === 'table' ? qualified(on.schema, on.name) : qualified(on.schema, on.table),
      entry,
    );
  }
  return grants;
});

/** @returns by schema, the names that no new relation can have. */
const namesIn = onceOf((live: Catalog) => {
  const names = new Map<string, string[]>();
  for (const [, { id }] of unsorted(live))
    if (isRelation(id) || isType(id) || id.kind === 'sequence' || id.kind === 'index')
      pushTo(names, id.schema, id.name);
  return names;
});
