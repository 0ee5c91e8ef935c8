/**
 * Circles among statements, broken where PostgreSQL allows it. A view and a function may need each other, once one of
 * them has been replaced: made anew, the view comes with its columns first and with its query at the end, as pg_dump
 * has it; dropped, all of the circle go at one stroke.
 */
import { identifier, qualified } from '../../sql/quote.ts';
import { objectClause } from '../kinds/object.ts';
import type { Sides } from '../kinds/kind.ts';
import { type ViewAttributes, createView } from '../kinds/view.ts';
import { edgeIndex, find } from '../model/catalog.ts';
import { type Key, type ViewId, keyOf } from '../model/id.ts';
import { turn } from './drafts.ts';
import type { PlannedStatement } from './fold.ts';
import { circlesIn } from './circles-in.ts';
import type { Graph } from './graph.ts';

/** @returns the statements, in no particular order, with no circle left that can be broken; undefined if there is none in the first place. */
export function withoutCircles(
  statements: readonly PlannedStatement[],
  before: Graph,
  sides: Sides,
): PlannedStatement[] | undefined {
  const circles = circlesIn(before);
  if (circles.length === 0) return undefined;
  const replaced = new Map<number, readonly PlannedStatement[]>();
  for (const circle of circles) {
    const members = circle.map((at) => statements[at]!);
    const made = circle.filter((at) => makesView(statements[at]!));
    if (made.length > 0)
      for (const at of made) replaced.set(at, columnsFirst(statements[at]!, members, sides));
    else if (members.every(({ statement }) => statement.produces.length === 0)) {
      const whole = atOneStroke(members, sides);
      if (whole !== undefined) circle.forEach((at, place) => replaced.set(at, place === 0 ? [whole] : []));
    }
  }
  return statements.flatMap((each, at) => replaced.get(at) ?? [each]);
}

const makesView = ({ about, statement }: PlannedStatement): boolean =>
  about.kind === 'view' &&
  statement.produces.includes(keyOf(about)) &&
  statement.sql.startsWith('CREATE VIEW ');

/** The view with its columns and no rows, which needs nothing of the circle; and its query, which needs all of it. */
function columnsFirst(
  view: PlannedStatement,
  members: readonly PlannedStatement[],
  { to }: Sides,
): readonly PlannedStatement[] {
  const { about, statement } = view;
  const id = about as ViewId;
  const { attrs } = find<ViewId, ViewAttributes>(to, id)!;
  const own = new Set(members.flatMap(({ statement: { produces } }) => produces));
  const columns = attrs.columns.map(({ name, type, collation }) => {
    const collate = collation === null ? '' : ` COLLATE ${collation}`;
    return `NULL::${type}${collate} AS ${identifier(name)}`;
  });
  return [
    {
      ...view,
      statement: {
        ...statement,
        sql: `CREATE VIEW ${qualified(id.schema, id.name)} AS\nSELECT ${columns.join(', ')}`,
        requires: statement.requires.filter((key) => !own.has(key)),
      },
    },
    {
      ...view,
      statement: {
        ...statement,
        sql: createView(id, attrs, true),
        produces: [turn(keyOf(id), 1)],
        requires: [...statement.requires, keyOf(id)],
        destroys: [],
      },
    },
  ];
}

/** All of them go, and one takes every other along: CASCADE from that one. Undefined if there is no such one. */
function atOneStroke(members: readonly PlannedStatement[], { from }: Sides): PlannedStatement | undefined {
  const all = <T>(pick: (statement: PlannedStatement['statement']) => readonly T[]): T[] => [
    ...new Set(members.flatMap(({ statement }) => pick(statement))),
  ];
  const destroys: Key[] = all((statement) => statement.destroys);
  const { byReferenced } = edgeIndex(from);
  const takesAll = ({ statement }: PlannedStatement): boolean => {
    const taken = new Set<Key>();
    const queue = [...statement.destroys];
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      if (taken.has(at)) continue;
      taken.add(at);
      for (const { dependent } of byReferenced.get(at) ?? []) queue.push(dependent);
    }
    // Nothing else may go with it.
    return destroys.every((key) => taken.has(key)) && [...taken].every((key) => destroys.includes(key));
  };
  const head = members.find((each) => each.about.kind === 'view' && takesAll(each)) ?? members.find(takesAll);
  if (head === undefined) return undefined;
  return {
    ...head,
    statement: {
      ...head.statement,
      sql: `DROP ${objectClause(head.about as ViewId)} CASCADE`,
      requires: all(({ requires }) => requires),
      destroys,
      locks: all(({ locks }) => locks),
      hazards: all(({ hazards }) => hazards),
    },
  };
}
