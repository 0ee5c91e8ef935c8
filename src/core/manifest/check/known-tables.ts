/** The tables that are known from the manifest alone; what stands in SQL files is seen only when it is loaded. */
import type { TableDefinition } from '../../../sql/table-definition.ts';
import type { Domain, Manifest, ManifestPath } from '../manifest.ts';
import { tablesOf } from '../tables.ts';
import { type ManifestProblem, unknown } from './problem.ts';

/** Definitions by domain and table; a table whose SQL is wrong has none. */
export type KnownTables = ReadonlyMap<string, ReadonlyMap<string, TableDefinition>>;

export interface Known {
  readonly manifest: Manifest;
  readonly tables: KnownTables;
  /** ISO date. */
  readonly today: string;
}

/**
 * @param written a table's name; without the domain's prefix it means the same table.
 * @param columns of the table, as written at the same place.
 * @returns problems only where the manifest tells all of the domain's tables, or the columns of this one.
 */
export function* checkTable(
  { tables }: Known,
  domain: Domain,
  written: string,
  columns: readonly string[],
  path: ManifestPath,
): Generator<ManifestProblem> {
  const definitions = tables.get(domain.name);
  const full = new Set([written, `${domain.prefix ?? ''}${written}`]);
  const declared = tablesOf(domain).map(({ name }) => name);
  const name = declared.find((each) => full.has(each));
  if (name === undefined) {
    const complete = domain.isolation !== 'external' && domain.sql.length === 0 && domain.tables.length > 0;
    if (complete && !isPartition(domain, written))
      yield unknown(
        path,
        `table in domain ${domain.name}`,
        written,
        declared,
        'Declare it there under tables, if you mean another.',
      );
    return;
  }
  const definition = definitions?.get(name);
  if (definition === undefined) return;
  const known = definition.columns.map((column) => column.name);
  for (const column of columns)
    if (!known.includes(column))
      yield unknown(
        path,
        `column in table ${domain.name}.${name}`,
        column,
        known,
        'Add the column to the table, if you mean another.',
      );
}

const isPartition = ({ partitions }: Domain, name: string) =>
  partitions.some((set) => name.startsWith(set.name.split('{', 1)[0]!));
