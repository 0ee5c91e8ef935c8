/** What a table has from others depends on what theirs does: as soon as it is the table's own, too. */
import { ownEdges } from '../kinds/kinds.ts';
import { parentsOf } from '../kinds/parents.ts';
import { type Catalog, type Edge, edgeIndex } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type Id, type IdOf, keyOf } from '../model/id.ts';

type Part = IdOf<'column' | 'default' | 'constraint'>;
const isPart = (id: Id): id is Part =>
  id.kind === 'column' || id.kind === 'default' || id.kind === 'constraint';

/** @returns the edges of an entry that `asItsOwn(of, …)` gives: those that it tells of, and those of the one that it comes from. */
export function edgesAsItsOwn(of: Catalog, entry: Entry): Edge[] {
  const { id } = entry;
  const edges = ownEdges(entry);
  const source = isPart(id) ? sourceOf(of, id) : undefined;
  if (source === undefined || !isPart(id)) return edges;
  for (const { referenced, type } of edgeIndex(of).byDependent.get(keyOf(source)) ?? []) {
    const target = of.entries.get(referenced)!.id;
    const own =
      isPart(target) && target.schema === source.schema && target.table === source.table
        ? keyOf({ ...target, schema: id.schema, table: id.table })
        : referenced;
    const isTheTable = target.kind === 'table' && target.name === source.table;
    if (!isTheTable && !edges.some((edge) => edge.referenced === own))
      edges.push({ dependent: keyOf(id), referenced: own, type });
  }
  return edges;
}

/** The nearest table above that has an entry of this kind and name. */
function sourceOf(of: Catalog, id: Part): Part | undefined {
  for (const { schema, name } of parentsOf(of, { schema: id.schema, name: id.table })) {
    const above: Part = { ...id, schema, table: name };
    const found = of.entries.has(keyOf(above)) ? above : sourceOf(of, above);
    if (found !== undefined) return found;
  }
  return undefined;
}
