/** Which drops need no statement of their own, because another takes them along, and which must have one all the same. */
import { type Catalog, edgeIndex } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type Key, keyOf, objectOf } from '../model/id.ts';
import { descendantsOf } from '../kinds/parents.ts';
import { circlesIn } from './circles-in.ts';

/** @returns for a dropped entry the dropped entry whose own statement takes it along, or undefined if it needs its own. */
export function carriers(
  drops: ReadonlyMap<Key, Entry>,
  from: Catalog,
  apart: ReadonlySet<Key>,
): (key: Key) => Key | undefined {
  const known = new Map<Key, Key | undefined>();
  const { byDependent } = edgeIndex(from);
  const carrier = (key: Key): Key | undefined => {
    if (known.has(key)) return known.get(key);
    known.set(key, undefined);
    if (apart.has(key)) return undefined;
    const { id } = drops.get(key)!;
    const own = keyOf(objectOf(id));
    const by = (byDependent.get(key) ?? [])
      .filter(({ referenced, type }) => type !== 'normal' && drops.has(referenced))
      .map(({ referenced }) => referenced);
    const first = by.includes(own) ? own : by[0];
    // A table that outlives what it was a partition of is detached before.
    if (first === undefined || (id.kind === 'partition' && first !== own)) return undefined;
    known.set(key, carrier(first) ?? first);
    return known.get(key);
  };
  return carrier;
}

/** What says of a sequence that stays that it is owned by a column that goes: taken back before, lest it go too. */
export function freedSequences(drops: ReadonlyMap<Key, Entry>): Key[] {
  const freed: Key[] = [];
  for (const [key, { id }] of drops)
    if (id.kind === 'owned-by' && !drops.has(keyOf({ ...id, kind: 'sequence' }))) freed.push(key);
  return freed;
}

/** Checks that tables below have too, with a column of their own: it would stay there as the one above takes it along with its column. */
export function checksLeftBelow(drops: ReadonlyMap<Key, Entry>, from: Catalog): Key[] {
  return [...drops].flatMap(([key, { id, attrs }]) => {
    if (id.kind !== 'constraint' || attrs['type'] !== 'c') return [];
    const columns = attrs['columns'] as readonly string[];
    const isLeft = descendantsOf(from, { schema: id.schema, name: id.table }).some((child) =>
      columns.some((name) =>
        from.entries.has(keyOf({ kind: 'column', schema: child.schema, table: child.name, name })),
      ),
    );
    return isLeft && !drops.has(keyOf(objectOf(id))) ? [key] : [];
  });
}

/**
 * What others would take along, but which keeps them from going in any order: foreign keys of tables that reference each
 * other, indexes of the same columns, a policy that calls a function which reads its table, a default from a sequence that goes with another table.
 * Each needs a DROP of its own, before the rest.
 */
export function partsInCircles(
  drops: ReadonlyMap<Key, Entry>,
  from: Catalog,
  apart: ReadonlySet<Key>,
): Set<Key> {
  const { byDependent } = edgeIndex(from);
  const carrier = carriers(drops, from, apart);
  const places = new Map<Key, number>();
  const placeOf = (key: Key): number => {
    const whole = carrier(key) ?? key;
    if (!places.has(whole)) places.set(whole, places.size);
    return places.get(whole)!;
  };
  const needs: Set<number>[] = [];
  for (const key of drops.keys()) {
    const place = placeOf(key);
    for (const { referenced } of byDependent.get(key) ?? [])
      if (drops.has(referenced) && placeOf(referenced) !== place)
        (needs[place] ??= new Set()).add(placeOf(referenced));
  }
  const circleOf = new Map<number, number>();
  circlesIn(Array.from({ length: places.size }, (_, at) => needs[at] ?? new Set())).forEach((circle, at) => {
    for (const place of circle) circleOf.set(place, at);
  });
  const parts = new Set<Key>();
  for (const [key, entry] of drops) {
    const circle = circleOf.get(placeOf(key));
    if (circle === undefined || !isSeparable(entry)) continue;
    for (const { referenced, type } of byDependent.get(key) ?? [])
      if (
        type !== 'owned' &&
        drops.has(referenced) &&
        placeOf(referenced) !== placeOf(key) &&
        circleOf.get(placeOf(referenced)) === circle
      )
        parts.add(key);
  }
  return parts;
}

/** Whether it can be dropped from its table without a column of it. */
function isSeparable({ id, attrs }: Entry): boolean {
  switch (id.kind) {
    case 'policy':
    case 'trigger':
    case 'rule':
    case 'index':
    case 'statistics':
    case 'constraint':
      return true;
    case 'default':
      return attrs['generated'] === null;
    default:
      return false;
  }
}
