/** The order among statements: who must come before whom, and why. */
import { indexParts } from '../kinds/index-parts.ts';
import type { Sides } from '../kinds/kind.ts';
import { edgeIndex } from '../model/catalog.ts';
import { type Id, type Key, nameOf } from '../model/id.ts';
import type { Statement } from '../model/statement.ts';
import { isTurn } from './drafts.ts';
import type { Planned } from './expanded.ts';

/** For each draft, by position, the drafts that must come before it. */
export type Graph = readonly ReadonlySet<number>[];

/** @returns what each draft waits for. Four reasons: it requires what another produces; it destroys what others still hang on; it makes again what another destroys; it takes a name that another frees. */
export function graph(planned: readonly Planned[], { from }: Sides): Graph {
  const producers = new Map<Key, number[]>();
  const destroyers = new Map<Key, number[]>();
  planned.forEach(({ draft }, at) => {
    for (const key of draft.produces) push(producers, key, at);
    for (const key of draft.destroys) push(destroyers, key, at);
  });
  const before: Set<number>[] = planned.map(() => new Set());
  const precede = (first: number, second: number) => {
    if (first !== second) before[second]!.add(first);
  };
  const { byDependent } = edgeIndex(from);
  planned.forEach(({ draft }, at) => {
    for (const key of draft.requires) for (const producer of producers.get(key) ?? []) precede(producer, at);
    // What is let go here, another may destroy only afterwards. Of what is replaced, only the drop lets go.
    for (const key of [...draft.destroys, ...draft.produces]) {
      if (!draft.destroys.includes(key) && destroyers.has(key)) continue;
      for (const { referenced } of byDependent.get(key) ?? [])
        for (const destroyer of destroyers.get(referenced) ?? []) precede(at, destroyer);
    }
    for (const key of draft.produces)
      for (const destroyer of destroyers.get(key) ?? []) precede(destroyer, at);
  });
  const freed = new Map<string, number[]>();
  for (const [key, list] of destroyers) {
    const entry = from.entries.get(key);
    if (entry === undefined) continue;
    const own = slotOf(entry.id);
    const parts = indexParts(entry).map(({ schema, name }) => relationSlot(schema, name));
    for (const slot of own === undefined ? parts : [own, ...parts])
      for (const at of list) push(freed, slot, at);
  }
  planned.forEach(({ about, draft }, at) => {
    if (draft.produces.every(isTurn)) return;
    const slot = slotOf(about);
    if (slot !== undefined) for (const destroyer of freed.get(slot) ?? []) precede(destroyer, at);
  });
  return before;
}

/** The same four reasons as among drafts, over whole statements. */
export function statementGraph(
  statements: readonly { readonly about: Id; readonly statement: Statement }[],
  sides: Sides,
): Graph {
  return graph(
    statements.map(({ about, statement }) => ({
      about,
      draft: { ...statement, render: () => statement.sql },
    })),
    sides,
  );
}

const relationSlot = (schema: string, name: string) => `relation\0${schema}\0${name}`;

/** The name that an object takes: relations share one namespace per schema, types another. */
function slotOf(id: Id | undefined): string | undefined {
  switch (id?.kind) {
    case 'table':
    case 'index':
    case 'view':
    case 'materialized-view':
    case 'foreign-table':
    case 'sequence':
      return relationSlot(id.schema, id.name);
    case 'function':
    case 'aggregate':
      return `routine\0${nameOf(id)}`;
    case 'enum':
    case 'domain-type':
    case 'composite-type':
    case 'range-type':
    case 'base-type':
    case 'shell-type':
      return `type\0${id.schema}\0${id.name}`;
    default:
      return undefined;
  }
}

function push<K>(map: Map<K, number[]>, key: K, value: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
