/** A partitioned table as planning needs it, and how it is found in a catalog. */
import type { ColumnAttributes } from '../kinds/parts.ts';
import type { GrantAttributes } from '../kinds/grant.ts';
import type { OwnerAttributes } from '../kinds/owner.ts';
import type { PartitionAttributes } from '../kinds/parts.ts';
import type { TableAttributes } from '../kinds/table.ts';
import { type Catalog, entriesOf, find } from '../model/catalog.ts';
import type { ColumnId, OwnerId, TableId } from '../model/id.ts';
import { isRelation, isType, schemaOf } from '../model/id.ts';

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

/** @returns the table with its partitions, or undefined when the catalog has no such table. */
export function partitionedTable(live: Catalog, schema: string, name: string): PartitionedTable | undefined {
  const id: TableId = { kind: 'table', schema, name };
  const attrs = find<TableId, TableAttributes>(live, id)?.attrs;
  if (attrs === undefined) return undefined;
  const key = attrs.partitionKey;
  const column = keyColumn(key);
  const columnId: ColumnId | null =
    column === null ? null : { kind: 'column', schema, table: name, name: column };
  const owner = find<OwnerId, OwnerAttributes>(live, { kind: 'owner', on: id })?.attrs.role ?? '';
  const grants: ParentGrant[] = [];
  for (const { id: grant, attrs } of entriesOf<'grant', GrantAttributes>(live, 'grant')) {
    const { on, to, privilege } = grant;
    const isTable = on.kind === 'table' && on.schema === schema && on.name === name;
    const isColumn = on.kind === 'column' && on.schema === schema && on.table === name;
    if ((!isTable && !isColumn) || to === owner) continue;
    grants.push({ to, privilege, column: isColumn ? on.name : null, grantable: attrs.grantable });
  }
  const partitions: Partition[] = [];
  for (const { id: each, attrs } of entriesOf<'partition', PartitionAttributes>(live, 'partition'))
    if (attrs.parentSchema === schema && attrs.parentTable === name)
      partitions.push({ schema: each.schema, name: each.name, bound: attrs.bound });
  const takenNames = new Set<string>();
  for (const { id: each } of live.entries.values())
    if (
      (isRelation(each) || isType(each) || each.kind === 'sequence' || each.kind === 'index') &&
      schemaOf(each) === schema
    )
      takenNames.add((each as { name: string }).name);
  return {
    schema,
    name,
    key,
    keyColumnType:
      columnId === null ? null : (find<ColumnId, ColumnAttributes>(live, columnId)?.attrs.type ?? null),
    owner,
    rowSecurity: attrs.rowSecurity,
    grants,
    partitions,
    takenNames,
  };
}
