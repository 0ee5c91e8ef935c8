/** What a table has from others depends on what theirs does: as soon as it is the table's own, too. */
import { ownEdges } from '../kinds/kinds.ts';
import {
  type IndexParts,
  type Owned,
  indexParts,
  ownedBy,
  ownerOf,
  partitionedAbove,
} from '../kinds/index-parts.ts';
import { parentsOf } from '../kinds/parents.ts';
import { type Catalog, type Edge, edgeIndex } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type Id, type IdOf, type Key, keyOf } from '../model/id.ts';

type Part = IdOf<'column' | 'default' | 'constraint'>;
const isPart = (id: Id): id is Part =>
  id.kind === 'column' || id.kind === 'default' || id.kind === 'constraint';

/** @returns the edges of an entry that `asItsOwn(of, …)` gives: those that it tells of, and those of the one that it comes from. */
export function edgesAsItsOwn(of: Catalog, entry: Entry): Edge[] {
  const { id } = entry;
  const edges = ownEdges(entry);
  const own = ownTable(entry);
  const source = own === undefined ? undefined : (sourceOfPart(of, entry, own) ?? sourceOf(of, id));
  if (source === undefined || own === undefined) return edges;
  for (const { referenced, type } of edgeIndex(of).byDependent.get(source.key) ?? []) {
    const target = of.entries.get(referenced)!.id;
    const mine =
      isPart(target) && target.schema === source.schema && target.table === source.table
        ? keyOf({ ...target, ...own })
        : referenced;
    const isTheTable = target.kind === 'table' && target.name === source.table;
    // The default of a column that its table has from another hangs on that one's column, too.
    const isAbove = id.kind === 'default' && target.kind === 'column' && mine === referenced;
    if (!isTheTable && !isAbove && !edges.some((edge) => edge.referenced === mine))
      edges.push({ dependent: keyOf(id), referenced: mine, type });
  }
  return edges;
}

/** What an entry of a table comes from, and of which table that is. */
interface Source {
  readonly key: Key;
  readonly schema: string;
  readonly table: string;
}

/** The table that an entry is of. */
function ownTable(entry: Entry): { readonly schema: string; readonly table: string } | undefined {
  const { id } = entry;
  if (id.kind === 'index') return { schema: id.schema, table: ownerOf(entry as unknown as Owned) };
  return isPart(id) ? { schema: id.schema, table: id.table } : undefined;
}

/** The index or key above whose part on a partition this was. */
function sourceOfPart(
  of: Catalog,
  { id }: Entry,
  { schema, table }: { readonly schema: string; readonly table: string },
): Source | undefined {
  if (id.kind !== 'index' && id.kind !== 'constraint') return undefined;
  for (const above of partitionedAbove(of, { schema, name: table }))
    for (const entry of ownedBy(of, above)) {
      const isIt = (part: IndexParts['parts'][number]) =>
        part.schema === schema && part.table === table && part.name === id.name;
      if (entry.id.kind === id.kind && indexParts(entry).some(isIt))
        return { key: keyOf(entry.id), schema: above.schema, table: above.name };
    }
  return undefined;
}

/** The nearest table above that has an entry of this kind and name. */
function sourceOf(of: Catalog, id: Id): Source | undefined {
  if (!isPart(id)) return undefined;
  for (const { schema, name } of parentsOf(of, { schema: id.schema, name: id.table })) {
    const above: Part = { ...id, schema, table: name };
    const found = of.entries.has(keyOf(above))
      ? { key: keyOf(above), schema, table: name }
      : sourceOf(of, above);
    if (found !== undefined) return found;
  }
  return undefined;
}
