/**
 * What an index or key of a partitioned table is made of on its partitions gets its name from the server, which takes
 * one that is free. So what has such a name given comes first.
 */
import type { Sides } from '../kinds/kind.ts';
import { type Named, descendantsOf } from '../kinds/parents.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { keyOf } from '../model/id.ts';
import type { PlannedStatement } from './fold.ts';
import type { Graph } from './graph.ts';
import { relationNameOf } from './slots.ts';

/** As the server names indexes: the table's name, cut where the whole is too long, the columns', and what it is. */
const likeChosen = /_(?:idx|key|excl|pkey)\d*$/;
/** How much of a table's name it keeps at least. */
const kept = 24;

/** Which is to come first of two statements, by position. */
type Pair = readonly [first: number, second: number];

/**
 * @returns which statements had better come before which: what takes a name before what might choose it for a part of an
 * index; and, so that the way back does likewise, the drop of the one after that of the other.
 */
export function namedFirst(
  statements: readonly PlannedStatement[],
  before: Graph,
  { from, to }: Sides,
): Pair[] {
  const touched = (pick: 'produces' | 'destroys', side: Catalog) =>
    statements.map(({ statement }) =>
      statement[pick].flatMap((key): Entry[] => {
        const entry = side.entries.get(key);
        return entry === undefined ? [] : [entry];
      }),
    );
  const created = namesAndChoosers(touched('produces', to), to);
  const dropped = namesAndChoosers(touched('destroys', from), from);
  return [...created, ...dropped.map(([name, chooser]): Pair => [chooser, name])].filter(
    ([first, second]) => !before[first]!.has(second),
  );
}

/** @param entries of each statement. @returns which statement has a name that which other might choose. */
function namesAndChoosers(entries: readonly (readonly Entry[])[], side: Catalog): Pair[] {
  const choosers = new Map<string, Set<number>>();
  entries.forEach((own, at) => {
    for (const { schema, name } of own.flatMap((entry) => partitionsWithParts(entry, side))) {
      const start = slot(schema, name.slice(0, kept));
      choosers.set(start, (choosers.get(start) ?? new Set()).add(at));
    }
  });
  if (choosers.size === 0) return [];
  return entries.flatMap((own, at) =>
    own.flatMap((entry): Pair[] => {
      const taken = relationNameOf(entry);
      if (taken === undefined || !likeChosen.test(taken.name)) return [];
      const starts = Array.from({ length: kept }, (_, end) =>
        slot(taken.schema, taken.name.slice(0, end + 1)),
      );
      return [...new Set(starts)]
        .flatMap((start) => [...(choosers.get(start) ?? [])])
        .filter((chooser) => chooser !== at)
        .map((chooser): Pair => [at, chooser]);
    }),
  );
}

const slot = (schema: string, start: string) => `${schema}\0${start}`;

/** The partitions that get a part of an index when this comes. */
function partitionsWithParts({ id, attrs }: Entry, to: Catalog): readonly Named[] {
  switch (id.kind) {
    case 'partition':
      return [id, ...descendantsOf(to, id)];
    case 'index':
      return partitionsOf(to, { schema: id.schema, name: attrs['table'] as string });
    case 'constraint':
      return ['p', 'u', 'x'].includes(attrs['type'] as string)
        ? partitionsOf(to, { schema: id.schema, name: id.table })
        : [];
    default:
      return [];
  }
}

const partitionsOf = (to: Catalog, { schema, name }: Named): readonly Named[] =>
  to.entries.get(keyOf({ kind: 'table', schema, name }))?.attrs['kind'] === 'partitioned'
    ? descendantsOf(to, { schema, name })
    : [];
