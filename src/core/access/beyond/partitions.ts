/** A statement that names a partitioned table asks for privileges on it, and on no partition; one that names a partition, likewise. */
import type { PartitionAttributes } from '../../kinds/parts.ts';
import { parentOf } from '../../manifest/resolve/domain-objects.ts';
import { type Catalog, entriesOf, wholeOf } from '../../model/catalog.ts';
import { type ObjectId, type RelationId, type TableId, isRelation, keyOf } from '../../model/id.ts';
import { onceOf } from '../../model/once-of.ts';
import { pushTo } from '../../model/push-to.ts';
import { type Path, type Question, type World, isAllowed, pathsNow } from '../path.ts';

/** @returns the paths through the tables above, and through the partitions below. */
export function throughPartitions(world: World, { role, privilege, on }: Question): Path[] {
  if (!['select', 'insert', 'update', 'delete', 'truncate'].includes(privilege)) return [];
  const { catalog } = world;
  const relation = wholeOf(catalog, on);
  if (!isRelation(relation)) return [];
  const same = (table: RelationId): ObjectId =>
    on.kind === 'column' ? { kind: 'column', schema: table.schema, table: table.name, name: on.name } : table;
  const paths: Path[] = [];
  const add = (via: 'parent' | 'partition', table: RelationId) => {
    const object = same(table);
    const question = { role, privilege, on: object };
    if (!isAllowed(world, question)) return;
    const [how] = pathsNow(world, question);
    paths.push([...(how ?? []), { via, object: table }]);
  };
  for (let above = parentOf(catalog, relation); above !== undefined; above = parentOf(catalog, above))
    add('parent', above);
  for (const below of partitionsOf(catalog, relation)) add('partition', below);
  return paths;
}

const byParent = onceOf((catalog: Catalog): ReadonlyMap<string, readonly TableId[]> => {
  const made = new Map<string, TableId[]>();
  for (const { id, attrs } of entriesOf<'partition', PartitionAttributes>(catalog, 'partition')) {
    const parent = keyOf({ kind: 'table', schema: attrs.parentSchema, name: attrs.parentTable });
    pushTo(made, parent, { kind: 'table', schema: id.schema, name: id.name });
  }
  return made;
});

function partitionsOf(catalog: Catalog, relation: RelationId): readonly TableId[] {
  const index = byParent(catalog);
  const below = [...(index.get(keyOf(relation)) ?? [])];
  // The list takes in what is added on the way.
  for (const each of below) below.push(...(index.get(keyOf(each)) ?? []));
  return below;
}
