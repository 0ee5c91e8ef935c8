/** The partitions of a table in use: which of them need what for an index or constraint of the table, and under which name. */
import { qualified } from '../../../sql/quote.ts';
import type { ConstraintAttributes } from '../../kinds/constraint.ts';
import type { Sides } from '../../kinds/kind.ts';
import { descendantsOf, parentsOf } from '../../kinds/parents.ts';
import { indexParts, isPartsName } from '../../kinds/index-parts.ts';
import type { IndexAttributes } from '../../kinds/table-index.ts';
import { type Catalog, edgeIndex, find } from '../../model/catalog.ts';
import type { Entry } from '../../model/entry.ts';
import { type ConstraintId, type IndexId, type TableId, keyOf } from '../../model/id.ts';
import { attributeOf, freeName, indexNames, isFreeIn } from './rewriting.ts';

type Owned = IndexId | ConstraintId;

/** What a partition needs for its parent's index or constraint. */
export interface OnPartition {
  readonly table: TableId;
  readonly relation: string;
  /** One that the partition has already, and which goes in this plan unless it is taken over. */
  readonly own: Entry<Owned> | undefined;
}

/** @returns the partitions that hold the rows of a table, as far as they are there before and after. */
export function partitionsInUse(table: TableId, entry: Entry<Owned>, sides: Sides): OnPartition[] {
  const after = new Set(descendantsOf(sides.to, table).map(keyOf));
  return descendantsOf(sides.from, table)
    .filter((each) => after.has(keyOf(each)) && attributeOf(sides, each, 'kind') === 'table')
    .map((each) => ({
      table: each,
      relation: qualified(each.schema, each.name),
      own: ownOf(each, entry, sides),
    }));
}

/** @returns what a partition has of its own that does not come again, and that an entry of its parent is equal to. */
function ownOf(partition: TableId, entry: Entry<Owned>, { from, to }: Sides): Entry<Owned> | undefined {
  const wanted = describe(entry);
  const { byReferenced } = edgeIndex(from);
  for (const { dependent } of byReferenced.get(keyOf(partition)) ?? []) {
    const own = from.entries.get(dependent)!;
    if (to.entries.has(dependent) || !isOwned(own) || tableOf(own) !== partition.name) continue;
    // A comment on it would not be the partition's own any more.
    if (describe(own) === wanted && (byReferenced.get(dependent) ?? []).length === 0) return own;
  }
  return undefined;
}

/** @returns whether a partition's own index or constraint becomes part of a new one of a table above it. */
export function isTakenOver(id: Owned, sides: Sides): boolean {
  const own = sides.from.entries.get(keyOf(id));
  if (own === undefined || !isOwned(own)) return false;
  const partition: TableId = { kind: 'table', schema: id.schema, name: tableOf(own) };
  for (const above of ancestorsOf(partition, sides.from))
    for (const { dependent } of edgeIndex(sides.to).byReferenced.get(keyOf(above)) ?? []) {
      const entry = sides.to.entries.get(dependent)!;
      if (sides.from.entries.has(dependent) || !isOwned(entry) || tableOf(entry) !== above.name) continue;
      if (describe(entry) !== describe(own)) continue;
      if (!isMadeOnPartitions(entry)) continue;
      const found = partitionsInUse(above, entry, sides).find(({ table }) => table.name === partition.name);
      if (found?.own !== undefined && keyOf(found.own.id) === keyOf(id)) return true;
    }
  return false;
}

function ancestorsOf(table: TableId, of: Catalog): TableId[] {
  return parentsOf(of, table).flatMap((parent) => [parent, ...ancestorsOf(parent, of)]);
}

const isOwned = (entry: Entry): entry is Entry<Owned> =>
  entry.id.kind === 'index' || entry.id.kind === 'constraint';
const tableOf = ({ id, attrs }: Entry<Owned>): string =>
  id.kind === 'constraint' ? id.table : (attrs as unknown as IndexAttributes).table;

/** Not exclusion constraints, checks, and what no partition can have before its parent. */
const isMadeOnPartitions = ({ id, attrs }: Entry<Owned>): boolean => {
  if (id.kind === 'index') return true;
  const { type, definition } = attrs as unknown as ConstraintAttributes;
  return 'puf'.includes(type) && !/ WITHOUT OVERLAPS\)| NOT (VALID|ENFORCED)$/.test(definition);
};

/** What it is like, whatever its table and name. */
function describe({ id, attrs }: Entry<Owned>): string {
  const { definition } = attrs as unknown as IndexAttributes;
  if (id.kind === 'constraint') return `constraint ${definition}`;
  const unique = definition.startsWith('CREATE UNIQUE ') ? 'unique ' : '';
  return `${unique}index ${definition.slice(definition.indexOf(' USING '))}`;
}

/** The name that a part is built under, and the one that it has in the end. */
export interface PartName {
  readonly built: string;
  readonly final: string;
}

/** @returns what the index of a partition is to be called: as where the wanted catalog was read; another while that is taken. */
export function partName(id: Owned, { table, own }: OnPartition, sides: Sides): PartName {
  const { schema, name } = table;
  const ids = indexNames(schema, name);
  const isPart = (each: string) => isPartsName(sides.from, schema, each);
  const isFree = (each: string) => isFreeIn([sides.from], ids)(each) && !isPart(each);
  const isNew = (each: string) => isFreeIn([sides.from, sides.to], ids)(each) && !isPart(each);
  const before = nameIn(sides.from, id, table);
  const final = nameIn(sides.to, id, table) ?? freeName(`${name}_${id.name}`, isNew);
  if (own !== undefined) return { built: own.id.name, final: isFree(final) ? final : own.id.name };
  if (isFree(final)) return { built: final, final };
  const built = freeName(`${final}_new`, isNew);
  return { built, final: before === final ? final : built };
}

function nameIn(of: Catalog, id: Owned, { schema, name }: TableId): string | undefined {
  const entry = find(of, id);
  if (entry === undefined) return undefined;
  return indexParts(entry as Entry).find((part) => part.schema === schema && part.table === name)?.name;
}
