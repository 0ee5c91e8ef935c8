/** The order among statements: who must come before whom, and why. */
import type { ConstraintAttributes } from '../kinds/constraint.ts';
import { whatGoes } from '../kinds/gone.ts';
import { indexParts } from '../kinds/index-parts.ts';
import type { Sides } from '../kinds/kind.ts';
import { type Catalog, edgeIndex } from '../model/catalog.ts';
import { descendantsOf } from '../kinds/parents.ts';
import { relationSlot, slotFreed } from '../kinds/relation-name.ts';
import type { Entry } from '../model/entry.ts';
import { type Id, type Key, keyOf } from '../model/id.ts';
import type { Statement } from '../model/statement.ts';
import { isTurn } from './drafts.ts';
import { checkSlot, primarySlot, slotOf } from './slots.ts';
import type { Planned } from './expanded.ts';

/** For each draft, by position, the drafts that must come before it. */
export type Graph = readonly ReadonlySet<number>[];

/** @returns what each draft waits for. Five reasons: it requires what another produces, or that what another destroys is gone; it destroys what others still hang on; it makes again what another destroys; it takes a name that another frees. */
export function graph(planned: readonly Planned[], { from, to }: Sides): Graph {
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
    for (const key of draft.requires) {
      for (const producer of producers.get(key) ?? []) precede(producer, at);
      const goes = whatGoes(key);
      if (goes !== undefined) for (const destroyer of destroyers.get(goes) ?? []) precede(destroyer, at);
    }
    // What is let go here, another may destroy only afterwards. Of what is replaced, only the drop lets go.
    for (const key of [...draft.destroys, ...draft.produces]) {
      if (!draft.destroys.includes(key) && destroyers.has(key)) continue;
      // What a table that joins others gives up to them is no longer what the drop before let go of.
      if (draft.produces.some(isLink) && (destroyers.get(key)?.length ?? 0) > 1) continue;
      const held = (byDependent.get(key) ?? []).map(({ referenced }) => referenced);
      for (const referenced of [...held, ...otherKeys(from, key)])
        for (const destroyer of destroyers.get(referenced) ?? []) precede(at, destroyer);
    }
    for (const key of draft.produces)
      for (const destroyer of destroyers.get(key) ?? []) precede(destroyer, at);
  });
  const freed = new Map<string, { at: number; key: Key }[]>();
  for (const [key, list] of destroyers) {
    const entry = from.entries.get(key);
    if (entry === undefined) continue;
    const parts = [
      ...indexParts(entry).map(({ schema, name }) => relationSlot(schema, name)),
      ...checksBelow(entry, from),
    ];
    for (const slot of [slotOf(entry), primarySlot(entry), ...parts])
      if (slot !== undefined) for (const at of list) push(freed, slot, { at, key });
  }
  planned.forEach(({ draft }, at) => {
    for (const slot of draft.requires.map(slotFreed))
      for (const destroyer of (slot === undefined ? undefined : freed.get(slot)) ?? [])
        precede(destroyer.at, at);
  });
  planned.forEach(({ about, draft }, at) => {
    const taken = draft.produces.every(isTurn) ? [] : [{ id: about }];
    // A table takes the names of its keys too; and a key's index is made before the key.
    const keys = draft.produces.map((key) => to.entries.get(key));
    if (!draft.destroys.includes(keyOf(about)) && draft.produces.length > 0)
      keys.push(to.entries.get(keyOf(about)));
    for (const taking of [...taken, ...keys.filter((each) => each?.id.kind === 'constraint')]) {
      const slot = slotOf(taking);
      if (taking === undefined || slot === undefined) continue;
      // What a table keeps as it leaves is there already.
      if (taking.id.kind === 'constraint' && draft.destroys.some(isLink)) continue;
      for (const destroyer of freed.get(slot) ?? [])
        if (taking.id.kind !== 'constraint' || destroyer.key !== keyOf(taking.id)) precede(destroyer.at, at);
      // The tables below have it too; what one of those that join gives up to it is merged with it.
      for (const below of checksBelow(taking, to))
        for (const destroyer of freed.get(below) ?? [])
          if (!planned[destroyer.at]!.draft.produces.some(isLink)) precede(destroyer.at, at);
    }
  });
  planned.forEach(({ draft }, at) => {
    for (const key of draft.produces) {
      const entry = to.entries.get(key);
      const slot = entry === undefined ? undefined : primarySlot(entry);
      for (const destroyer of (slot === undefined ? undefined : freed.get(slot)) ?? [])
        if (destroyer.key !== key) precede(destroyer.at, at);
    }
  });
  return before;
}

/** Whether a key is of what makes a table one of another's. */
const isLink = (key: Key): boolean => /^(partition|inherit):/.test(key);

/**
 * The keys that a foreign key may hang on: which one of several over the same columns, the server chooses when it is
 * made, and another server may have chosen otherwise.
 */
function otherKeys(from: Catalog, key: Key): Key[] {
  const { references } = (from.entries.get(key)?.attrs ?? {}) as Partial<ConstraintAttributes>;
  if (references === undefined || references === null) return [];
  const { schema, table: name, columns } = references;
  const wanted = columns.toSorted().join('\0');
  return (edgeIndex(from).byReferenced.get(keyOf({ kind: 'table', schema, name })) ?? [])
    .map(({ dependent }) => dependent)
    .filter((each) => {
      const { id, attrs } = from.entries.get(each)!;
      if (id.kind !== 'constraint' || id.table !== name || (attrs['type'] !== 'p' && attrs['type'] !== 'u'))
        return false;
      return (attrs as unknown as ConstraintAttributes).columns.toSorted().join('\0') === wanted;
    });
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

/** The names that a check takes in the tables that have it from its own. */
const checksBelow = ({ id, attrs }: Pick<Entry, 'id'> & Partial<Entry>, of: Catalog): string[] =>
  id.kind !== 'constraint' || attrs?.['type'] !== 'c'
    ? []
    : descendantsOf(of, { schema: id.schema, name: id.table }).map(({ schema, name }) =>
        checkSlot({ schema, table: name }, id.name),
      );

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
