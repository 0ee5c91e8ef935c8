/**
 * A plan → the same plan for tables in use: what would read, rewrite or index a table under a lock that keeps its
 * users out is taken apart. What is made in the same plan holds no rows, and stays as it is.
 */
import { isOfMoving } from '../../kinds/column-below.ts';
import type { Sides } from '../../kinds/kind.ts';
import { type Id, type Key, keyOf } from '../../model/id.ts';
import type { Statement } from '../../model/statement.ts';
import { without } from '../advance.ts';
import { isReadiness } from '../attaching.ts';
import type { PlannedStatement } from '../fold.ts';
import { statementGraph } from '../graph.ts';
import { attachPartition } from './attach-partition.ts';
import { createIndex } from './create-index.ts';
import { dropIndex } from './drop-index.ts';
import { onPartitions, takenOver } from './on-partitions.ts';
import { notValid } from './not-valid.ts';
import type { Part, Rewriting } from './rewriting.ts';
import { setNotNull } from './set-not-null.ts';
import { usingIndex } from './using-index.ts';

const rewritings: readonly Rewriting[] = [
  attachPartition,
  takenOver,
  createIndex,
  dropIndex,
  notValid,
  onPartitions,
  setNotNull,
  usingIndex,
];

/** @param plain complete, in no particular order. @returns the same or more, in no particular order. */
export function online(plain: readonly PlannedStatement[], sides: Sides): PlannedStatement[] {
  const gone = new Set(plain.flatMap(({ statement }) => statement.destroys));
  const holdsRows = ({ kind }: Id) => kind === 'table' || kind === 'materialized-view';
  // What is replaced comes again empty.
  const replaced = [...gone].filter((key) => {
    const entry = sides.from.entries.get(key);
    return entry !== undefined && holdsRows(entry.id);
  });
  const inUse: Sides = { ...sides, from: without(sides.from, replaced) };
  const rewritten = plain.map((planned) => {
    for (const { rewrite } of rewritings) {
      const parts = rewrite(planned, inUse);
      if (parts !== undefined) return parts;
    }
    return undefined;
  });
  if (rewritten.every((parts) => parts === undefined)) return [...plain];
  const waits = dropsAfter(plain, rewritten, sides);
  return plain.flatMap((planned, at) => {
    const more = waits.get(at) ?? [];
    const { statement } = planned;
    const whole: PlannedStatement = {
      ...planned,
      statement: { ...statement, requires: [...statement.requires, ...more] },
    };
    const parts = rewritten[at];
    return parts === undefined ? [whole] : inTheirOrder(whole, parts, at);
  });
}

/** Stands for: that part of that statement has run. */
const turn = (statement: number, part: number) => `turn of part ${part} of ${statement}` as Key;

function inTheirOrder(
  { about, statement }: PlannedStatement,
  parts: readonly Part[],
  position: number,
): PlannedStatement[] {
  return parts.map(
    (
      { sql, locks, hazards = [], outside, completes, makes, destroys = [], requires = [], reads, undo },
      at,
    ) => {
      const own = turn(position, at);
      const made: Statement = {
        sql,
        locks,
        hazards,
        produces: [
          ...(completes === true || makes === true
            ? statement.produces.filter((key) => !isReadiness(key))
            : []),
          ...(at === parts.length - 1 ? statement.produces.filter(isReadiness) : []),
          own,
        ],
        ...(statement.sets === undefined ? {} : { sets: statement.sets }),
        destroys: completes === true ? [...statement.destroys, ...destroys] : [],
        requires: [...statement.requires, ...requires, ...(at === 0 ? [] : [turn(position, at - 1)])],
        commits: parts[at + 1]?.later === true ? [own] : [],
        transaction: outside === true ? 'outside' : 'inside',
      };
      // Several that are one statement each share a migration: begun anew, they do no harm.
      const unit =
        outside === true
          ? parts.length === 1
            ? 'one by one'
            : keyOf(about)
          : reads === true
            ? 'reads'
            : undefined;
      return {
        about,
        statement: made,
        ...(unit === undefined ? {} : { unit }),
        ...(undo === undefined ? {} : { undo: undone(undo) }),
      };
    },
  );
}

const undone = ({ sql, locks, outside }: NonNullable<Part['undo']>): Statement => ({
  sql,
  locks,
  hazards: [],
  produces: [],
  requires: [],
  destroys: [],
  transaction: outside === true ? 'outside' : 'inside',
});

/**
 * @returns by position of a statement that drops what comes again under the same name: what it waits for, so that the
 * old serves until the new is there. Not where the new itself needs something that only the drop makes possible, and not
 * where a column is moved: that must be done in one step, or its half has no way back.
 */
function dropsAfter(
  plain: readonly PlannedStatement[],
  rewritten: readonly (readonly Part[] | undefined)[],
  sides: Sides,
): ReadonlyMap<number, readonly Key[]> {
  const waits = new Map<number, Key[]>();
  const replacing = rewritten.flatMap((parts, at) => {
    const part = parts?.findIndex(({ replacement }) => replacement === true) ?? -1;
    return part < 0 ? [] : [{ at, key: keyOf(plain[at]!.about), part }];
  });
  if (replacing.length === 0) return waits;
  const before = statementGraph(plain, sides);
  const reaches = (start: number, goal: number, seen = new Set<number>()): boolean => {
    if (start === goal) return true;
    if (seen.has(start)) return false;
    seen.add(start);
    return [...before[start]!].some((each) => reaches(each, goal, seen));
  };
  for (const { at, key, part } of replacing)
    plain.forEach(({ statement }, drop) => {
      if (drop === at || statement.requires.some(isOfMoving) || !statement.destroys.includes(key)) return;
      const needed = plain[at]!.statement.requires;
      const givers = plain.flatMap((giver, each) =>
        giver.statement.produces.some((made) => needed.includes(made)) ? [each] : [],
      );
      if (givers.some((giver) => reaches(giver, drop))) return;
      waits.set(drop, [...(waits.get(drop) ?? []), turn(at, part)]);
    });
  return waits;
}
