/** What a view reads and writes is its owner's to read and write, unless it is a security-invoker view; a materialized view holds a copy. */
import type { ViewAttributes } from '../../kinds/view.ts';
import { type Catalog, edgeIndex, entriesOf, find, relationOf } from '../../model/catalog.ts';
import { type Key, type MaterializedViewId, type ObjectId, type ViewId, keyOf } from '../../model/id.ts';
import { onceOf } from '../../model/once-of.ts';
import { pushTo } from '../../model/push-to.ts';
import { type Path, type Question, type Step, type World, isAllowed, pathsNow } from '../path.ts';

/** @returns the paths through views on which the role holds the privilege, nearest views first. */
export function throughViews(world: World, { role, privilege, on }: Question): Path[] {
  if (!['select', 'insert', 'update', 'delete'].includes(privilege)) return [];
  const { access } = world;
  const paths: Path[] = [];
  const seen = new Set<Key>();
  let open: { readonly on: ObjectId; readonly steps: readonly Step[] }[] = [{ on, steps: [] }];
  while (open.length > 0) {
    const next: typeof open = [];
    for (const { on: below, steps } of open)
      for (const view of readersOf(world, below)) {
        const owner = access.ownerOf(view);
        const isCopy = view.kind === 'materialized-view';
        if (seen.has(keyOf(view)) || owner === undefined || (isCopy && privilege !== 'select')) continue;
        if (!isCopy && isInvoker(world, view)) continue;
        if (!access.holds(owner, privilege, below)) continue;
        seen.add(keyOf(view));
        const step: Step = { via: isCopy ? 'materialized view' : 'view', object: view, role: owner };
        const through = [step, ...steps];
        next.push({ on: view, steps: through });
        if (!isAllowed(world, { role, privilege, on: view })) continue;
        const [how] = pathsNow(world, { role, privilege, on: view });
        paths.push([...(how ?? []), ...withNote(through, on, privilege)]);
      }
    open = next;
  }
  return paths;
}

function isInvoker({ catalog }: World, view: ViewId): boolean {
  const options = find<ViewId, ViewAttributes>(catalog, view)?.attrs.options ?? [];
  return options.some((option) => /^security_invoker=(true|on|1|yes)$/i.test(option));
}

function withNote(through: readonly Step[], on: ObjectId, privilege: string): Step[] {
  const note =
    privilege === 'select'
      ? `reads ${on.kind === 'column' ? 'it, if the view shows the column' : 'what the view shows of it'}`
      : 'if the view is updatable';
  return through.map((step, at) => (at === through.length - 1 ? { ...step, note } : step));
}

/** The views that depend on a relation, or on the column. */
const readersOf = ({ catalog }: World, on: ObjectId): readonly Reader[] =>
  readers(catalog).get(keyOf(on)) ?? [];

type Reader = ViewId | MaterializedViewId;

/** By what views depend on: relations, and columns of them. */
const readers = onceOf((catalog: Catalog): ReadonlyMap<Key, readonly Reader[]> => {
  const index = new Map<Key, Reader[]>();
  const { byDependent } = edgeIndex(catalog);
  for (const { id } of [...entriesOf(catalog, 'materialized-view'), ...entriesOf(catalog, 'view')]) {
    const read = new Set<Key>();
    for (const { referenced } of byDependent.get(keyOf(id)) ?? []) {
      read.add(referenced);
      const to = catalog.entries.get(referenced)!.id;
      if (to.kind === 'column') read.add(keyOf(relationOf(catalog, to)));
    }
    for (const key of read) pushTo(index, key, id);
  }
  return index;
});
