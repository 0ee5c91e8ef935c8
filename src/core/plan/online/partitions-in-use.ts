/** The partitions of a table in use: which of them need what for an index or constraint of the table, and under which name. */
import { qualified } from '../../../sql/quote.ts';
import type { ConstraintAttributes } from '../../kinds/constraint.ts';
import {
  type Owned,
  indexParts,
  likeness,
  ownedBy,
  ownerOf,
  partitionedAbove,
  partsOwner,
} from '../../kinds/index-parts.ts';
import type { Sides } from '../../kinds/kind.ts';
import { indexNames, isFreeOnce } from '../../kinds/relation-name.ts';
import { descendantsOf } from '../../kinds/parents.ts';
import { type Catalog, edgeIndex, find } from '../../model/catalog.ts';
import type { Entry } from '../../model/entry.ts';
import { type Key, type TableId, keyOf } from '../../model/id.ts';
import { attributeOf, freeName, isFreeIn } from './rewriting.ts';

export type OwnedId = Owned['id'];

/** What a partition needs for its parent's index or constraint. */
export interface OnPartition {
  readonly table: TableId;
  readonly relation: string;
  /** One that the partition has already, and which goes in this plan unless it is taken over. */
  readonly own: Owned | undefined;
}

/** @returns the partitions that hold the rows of a table, as far as they are there before and after. */
export function partitionsInUse(table: TableId, entry: Owned, sides: Sides): OnPartition[] {
  const after = new Set(descendantsOf(sides.to, table).map(keyOf));
  return descendantsOf(sides.from, table)
    .filter((each) => after.has(keyOf(each)) && attributeOf(sides, each, 'kind') === 'table')
    .map((each) => ({
      table: each,
      relation: qualified(each.schema, each.name),
      own: ownOf(each, entry, sides),
    }));
}

/** @returns a table that is to be a partition, or those of its own that hold its rows: for what it lacks. */
export function joiningInUse(table: TableId, sides: Sides): OnPartition[] {
  const tables = [table, ...descendantsOf(sides.from, table)];
  return tables
    .filter((each) => attributeOf(sides, each, 'kind') === 'table')
    .map((each) => ({ table: each, relation: qualified(each.schema, each.name), own: undefined }));
}

/** @returns what a partition has of its own that does not come again, and that an entry of its parent is equal to. */
function ownOf(partition: TableId, entry: Owned, { from, to }: Sides): Owned | undefined {
  const wanted = likeness(entry);
  // A comment on it would not be the partition's own any more.
  const isBare = ({ id }: Owned) => (edgeIndex(from).byReferenced.get(keyOf(id)) ?? []).length === 0;
  return ownedBy(from, partition).find(
    (own) => likeness(own) === wanted && !to.entries.has(keyOf(own.id)) && isBare(own),
  );
}

/** @returns whether a partition's own index or constraint becomes part of a new one of a table above it. */
export function isTakenOver(id: OwnedId, sides: Sides): boolean {
  const own = find<OwnedId>(sides.from, id);
  const table = own === undefined || own.attrs['type'] === 'c' ? undefined : ownerOf(own);
  if (table === undefined) return false;
  return partitionedAbove(sides.from, { schema: id.schema, name: table }).some((above) =>
    ownedBy(sides.to, above).some((entry) => {
      if (sides.from.entries.has(keyOf(entry.id)) || !isMadeOnPartitions(entry)) return false;
      const taken = partitionsInUse(above, entry, sides).map((each) => each.own);
      return taken.some((each) => each !== undefined && keyOf(each.id) === keyOf(id));
    }),
  );
}

/** Not exclusion constraints, and what no partition can have before its parent. */
export const isMadeOnPartitions = ({ id, attrs }: Owned): boolean => {
  if (id.kind === 'index') return true;
  const { type, definition } = attrs as unknown as ConstraintAttributes;
  return 'puf'.includes(type) && !/ WITHOUT OVERLAPS\)| NOT (VALID|ENFORCED)$/.test(definition);
};

/** The name that a part is built under, and the one that it has in the end. */
export interface PartName {
  readonly built: string;
  readonly final: string;
}

/** @returns what the index of a partition is to be called: as where the wanted catalog was read; another while that is taken. */
export function partName(id: OwnedId, { table, own }: OnPartition, sides: Sides): PartName {
  const { schema, name } = table;
  const ids = indexNames(schema, name);
  const isPart = (each: string) => partsOwner(sides.from, schema, each) !== undefined;
  const isFree = (each: string) => isFreeIn([sides.from], ids)(each) && !isPart(each);
  const isNew = (each: string) => isFreeIn([sides.from, sides.to], ids)(each) && !isPart(each);
  const isFreeThen = (each: string) => isFreeOnce({ schema, table: name, name: each }, sides, isKept(sides));
  const final = nameIn(sides.to, id, table) ?? freeName(`${name}_${id.name}`, isNew);
  if (own !== undefined) return { built: own.id.name, final: isFreeThen(final) ? final : own.id.name };
  if (isFree(final)) return { built: final, final };
  const built = freeName(`${final}_new`, isNew);
  return { built, final: isFreeThen(final) ? final : built };
}

/** Whether an index or constraint becomes part of another: it is no entry any more, and keeps its name. */
const isKept = (sides: Sides) => (key: Key) => {
  const id = sides.from.entries.get(key)?.id;
  return (id?.kind === 'index' || id?.kind === 'constraint') && isTakenOver(id, sides);
};

function nameIn(of: Catalog, id: OwnedId, { schema, name }: TableId): string | undefined {
  const entry = find(of, id);
  if (entry === undefined) return undefined;
  return indexParts(entry as Entry).find((part) => part.schema === schema && part.table === name)?.name;
}
