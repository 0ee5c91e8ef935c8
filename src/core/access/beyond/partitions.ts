/** A statement that names a partitioned table asks for privileges on it, and on no partition; one that names a partition, likewise. */
import type { PartitionAttributes } from '../../kinds/parts.ts';
import { parentOf } from '../../manifest/resolve/domain-objects.ts';
import { type Catalog, entriesOf, relationOf } from '../../model/catalog.ts';
import { type ObjectId, type RelationId, type TableId, isRelation, keyOf } from '../../model/id.ts';
import { type Path, type Question, type World, isAllowed, pathsNow } from '../path.ts';

/** @returns the paths through the tables above, and through the partitions below. */
export function throughPartitions(world: World, { role, privilege, on }: Question): Path[] {
  if (!['select', 'insert', 'update', 'delete', 'truncate'].includes(privilege)) return [];
  const { catalog } = world;
  const relation = on.kind === 'column' ? relationOf(catalog, on) : on;
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

const known = new WeakMap<Catalog, ReadonlyMap<string, readonly TableId[]>>();
function partitionsOf(catalog: Catalog, relation: RelationId): readonly TableId[] {
  let index = known.get(catalog);
  if (index === undefined) {
    const made = new Map<string, TableId[]>();
    for (const { id, attrs } of entriesOf<'partition', PartitionAttributes>(catalog, 'partition')) {
      const parent = keyOf({ kind: 'table', schema: attrs.parentSchema, name: attrs.parentTable });
      const child: TableId = { kind: 'table', schema: id.schema, name: id.name };
      const list = made.get(parent);
      if (list === undefined) made.set(parent, [child]);
      else list.push(child);
    }
    known.set(catalog, (index = made));
  }
  const below = [...(index.get(keyOf(relation)) ?? [])];
  // The list takes in what is added on the way.
  for (const each of below) below.push(...(index.get(keyOf(each)) ?? []));
  return below;
}
