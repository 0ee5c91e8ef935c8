/**
 * The SQL that makes a partition without standing in the way. CREATE TABLE … PARTITION OF takes ACCESS EXCLUSIVE
 * on the parent, so it waits for every reader and makes every later one wait. A table made alike and then attached
 * takes SHARE UPDATE EXCLUSIVE there, which lets reads and writes through (PostgreSQL's manual, 5.12.2.2). A
 * DEFAULT partition is locked and read either way.
 */
import { grantee, identifier, qualified } from '../../sql/quote.ts';
import type { PartitionSet } from '../manifest/manifest.ts';
import { type KeyType, boundClause } from './bound.ts';
import type { ParentGrant, PartitionedTable } from './partitioned-table.ts';
import type { Span } from './period.ts';

/** @returns the statements, to be run in one transaction: table, owner, row security, the parent's grants (unless the set says `grants: none`), and the attaching. Indexes, keys and triggers come with it. */
export function createPartition(
  table: Pick<PartitionedTable, 'schema' | 'name' | 'owner' | 'rowSecurity' | 'grants'>,
  set: Pick<PartitionSet, 'grants'>,
  keyType: KeyType,
  name: string,
  bound: Span | 'default',
): readonly string[] {
  const parent = qualified(table.schema, table.name);
  const partition = qualified(table.schema, name);
  return [
    // Not INCLUDING IDENTITY: an identity belongs to the parent. Not INCLUDING INDEXES: attaching makes them.
    `CREATE TABLE ${partition} (LIKE ${parent} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMPRESSION)`,
    ...(table.owner === '' ? [] : [`ALTER TABLE ${partition} OWNER TO ${identifier(table.owner)}`]),
    // The parent's policies do not hold for who reads the partition itself: with none of its own, it shows nothing.
    ...(table.rowSecurity ? [`ALTER TABLE ${partition} ENABLE ROW LEVEL SECURITY`] : []),
    ...(set.grants === 'parent' ? grantsOn(partition, table.grants) : []),
    `ALTER TABLE ${parent} ATTACH PARTITION ${partition} ${bound === 'default' ? 'DEFAULT' : boundClause(bound, keyType)}`,
  ];
}

function grantsOn(partition: string, grants: readonly ParentGrant[]): string[] {
  const privileges = new Map<string, Map<string, { readonly columns: string[] }>>();
  for (const { to, privilege, column, grantable } of grants) {
    const tail = `${grantee(to)}${grantable ? ' WITH GRANT OPTION' : ''}`;
    const group = privileges.get(tail) ?? new Map<string, { columns: string[] }>();
    privileges.set(tail, group);
    const key = column === null ? privilege : `${privilege} (`;
    const item = group.get(key) ?? { columns: [] };
    group.set(key, item);
    if (column !== null) item.columns.push(identifier(column));
  }
  return [...privileges].map(([tail, group]) => {
    const items = [...group].map(([key, { columns }]) =>
      columns.length === 0 ? key.toUpperCase() : `${key.toUpperCase()}${columns.join(', ')})`,
    );
    return `GRANT ${items.join(', ')} ON ${partition} TO ${tail}`;
  });
}
