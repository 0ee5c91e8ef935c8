/** Rows that go, or change, with the row that they reference: the server does it as the table's owner, and asks nobody. */
import type { ConstraintAttributes } from '../../kinds/constraint.ts';
import { rootOf } from '../../manifest/resolve/domain-objects.ts';
import { type Catalog, entriesOf } from '../../model/catalog.ts';
import {
  type ConstraintId,
  type Key,
  type ObjectId,
  type TableId,
  isRelation,
  keyOf,
} from '../../model/id.ts';
import { onceOf } from '../../model/once-of.ts';
import { type Path, type Question, type Step, type World, isAllowed, pathsNow } from '../path.ts';

interface ForeignKey {
  readonly id: ConstraintId;
  readonly to: TableId;
  /** What the referenced row must suffer for this one to suffer the privilege. */
  readonly when: 'delete' | 'update';
  readonly note: string;
}

/** @returns the paths on which deleting or updating other tables' rows deletes or updates these. */
export function throughCascades(world: World, { role, privilege, on }: Question): Path[] {
  if (privilege !== 'delete' && privilege !== 'update') return [];
  const relation: ObjectId = on.kind === 'column' ? { kind: 'table', schema: on.schema, name: on.table } : on;
  if (!isRelation(relation)) return [];
  const paths: Path[] = [];
  const seen = new Set<Key>();
  interface Below {
    readonly table: ObjectId;
    readonly privilege: 'delete' | 'update';
    readonly steps: readonly Step[];
  }
  let open: Below[] = [{ table: rootOf(world.catalog, relation), privilege, steps: [] }];
  while (open.length > 0) {
    const next: Below[] = [];
    for (const below of open)
      for (const { id, to, when, note } of keysOf(world.catalog, below)) {
        if (seen.has(keyOf(id))) continue;
        seen.add(keyOf(id));
        const steps: Step[] = [{ via: 'cascade', object: id, note }, ...below.steps];
        next.push({ table: to, privilege: when, steps });
        if (!isAllowed(world, { role, privilege: when, on: to })) continue;
        const [how] = pathsNow(world, { role, privilege: when, on: to });
        paths.push([...(how ?? []), ...steps]);
      }
    open = next;
  }
  return paths;
}

/** The foreign keys of a table by which its rows suffer `privilege` with what they reference. */
function keysOf(
  catalog: Catalog,
  { table, privilege }: { table: ObjectId; privilege: string },
): ForeignKey[] {
  return (foreignKeys(catalog).get(keyOf(table)) ?? []).filter(({ note }) => suffering(note) === privilege);
}

const suffering = (note: string) => (note === 'ON DELETE CASCADE' ? 'delete' : 'update');

const foreignKeys = onceOf((catalog: Catalog): ReadonlyMap<Key, readonly ForeignKey[]> => {
  const index = new Map<Key, ForeignKey[]>();
  for (const { id, attrs } of entriesOf<'constraint', ConstraintAttributes>(catalog, 'constraint')) {
    if (attrs.references === null) continue;
    const { schema, table: name } = attrs.references;
    const to: TableId = { kind: 'table', schema, name };
    const key = keyOf({ kind: 'table', schema: id.schema, name: id.table });
    const list = index.get(key) ?? [];
    index.set(key, list);
    for (const [, when, action] of attrs.definition.matchAll(
      /\bON (DELETE|UPDATE) (CASCADE|SET NULL|SET DEFAULT)/g,
    ))
      list.push({ id, to, when: when === 'DELETE' ? 'delete' : 'update', note: `ON ${when} ${action}` });
  }
  return index;
});
