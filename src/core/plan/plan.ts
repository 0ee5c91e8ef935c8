/**
 * Two catalogs → ordered statements, cut into steps: one step is one migration of one domain. Where domains need
 * each other in turn, a domain gets more than one step.
 */
import type { Use } from '../bodies/uses.ts';
import { diff } from '../diff/diff.ts';
import { kindOf } from '../kinds/kinds.ts';
import type { Sides } from '../kinds/kind.ts';
import type { Change } from '../model/change.ts';
import { type Catalog, edgeIndex } from '../model/catalog.ts';
import { type GrantId, type Id, type Key, isRelation, keyOf, nameOf, objectOf } from '../model/id.ts';
import { withoutCircles } from './circles.ts';
import { addedTo, aroundAttaching, withOwnColumns } from './attaching.ts';
import { namedFirst } from './chosen-names.ts';
import { drafts, isTurn } from './drafts.ts';
import { expand } from './expand.ts';
import { fold, type PlannedStatement } from './fold.ts';
import { statementGraph } from './graph.ts';
import { withImpliedLocks } from './implied-locks.ts';
import { withLongLocks } from './long-locks.ts';
import { online } from './online/online.ts';
import { inOneStep } from './together.ts';
import { type Step, steps } from './steps.ts';

export interface PlanOptions {
  /** Which domain a change belongs to. */
  readonly domainOf: (id: Id) => string;
  /** Changes that are somebody else's: the runner drops a domain's schema. */
  readonly leaveOut?: (change: Change) => boolean;
  /** Whether tables that may hold rows are changed without blocking their use for long, in more steps; default: yes. */
  readonly online?: boolean;
  /** What functions of either side use in bodies that are strings: made before them where it can be, and dropped after. */
  readonly uses?: readonly Use[];
  /** The only keys in which the two catalogs can differ; default: all. */
  readonly among?: Iterable<Key>;
  /** That the statements of all steps will run in one transaction. */
  readonly isOneTransaction?: boolean;
  /** The oldest server that the plan may run on, as server_version_num; default: the older one of the two. */
  readonly oldestServer?: number;
  /** Whether a privilege that may come with a new object may stay, though it is not wanted; default: it is taken. */
  readonly leaves?: (id: GrantId) => boolean;
}

/** @returns the steps from one catalog to the other, in the order in which they can run; none if they are equal. @throws KnownError (2) when statements need each other in a circle. */
export function plan(
  from: Catalog,
  to: Catalog,
  { domainOf, leaveOut, online: isOnline = true, uses = [], among, ...of }: PlanOptions,
): Step[] {
  const sides: Sides = { ...withOwnColumns({ from, to }), ...of };
  const others = [...addedTo(sides.from, from), ...addedTo(sides.to, to)];
  const keys = among === undefined ? undefined : [...among, ...others];
  const changes = withoutLeftOut(diff(sides.from, sides.to, keys), from, leaveOut);
  const expanded = expand(changes, sides);
  const attached = aroundAttaching(drafts(expanded, sides), sides);
  const plain = withImpliedLocks(fold(attached, sides), sides);
  let statements = byPlace(withLongLocks(isOnline ? online(plain, sides) : plain, sides.from), sides);
  let before = statementGraph(statements, sides);
  const opened = withoutCircles(statements, before, sides);
  if (opened !== undefined) {
    statements = byPlace(opened, sides);
    before = statementGraph(statements, sides);
  }
  const touched = (pick: 'produces' | 'destroys') => statements.flatMap(({ statement }) => statement[pick]);
  const rather = usedFirst(statements, withRowsOf(uses, touched('produces'), to), to);
  usersGoFirst(rather, statements, withRowsOf(uses, touched('destroys'), from), from);
  for (const [first, second] of namedFirst(statements, before, sides)) rather[second]!.add(first);
  const { together } = expanded;
  return steps(statements, inOneStep(statements, before, together), rather, (id) =>
    domainOf(together.get(keyOf(id)) ?? id),
  );
}

/**
 * What calls a function uses what the function reads: the columns of a table whose rows it returns are written out
 * in a policy's or a view's text, and a materialized view runs it when it is made.
 */
function withRowsOf(uses: readonly Use[], callers: readonly Key[], side: Catalog): readonly Use[] {
  const { byDependent } = edgeIndex(side);
  const all = [...uses];
  const read = new Map<Key, Key[]>();
  for (const { by, of } of uses) read.set(by, [...(read.get(by) ?? []), of]);
  for (const caller of new Set(callers))
    for (const { referenced: called, type } of byDependent.get(caller) ?? []) {
      if (type !== 'normal' || side.entries.get(called)!.id.kind !== 'function') continue;
      const relations = (byDependent.get(called) ?? [])
        .map(({ referenced }) => referenced)
        .filter((each) => isRelation(side.entries.get(each)!.id));
      for (const of of [...relations, ...(read.get(called) ?? [])]) all.push({ by: caller, of });
    }
  return all;
}

/** @returns for each statement, by position, those that make what the bodies of its functions use. */
function usedFirst(
  statements: readonly PlannedStatement[],
  uses: readonly Use[],
  to: Catalog,
): Set<number>[] {
  const rather = statements.map(() => new Set<number>());
  if (uses.length === 0) return rather;
  const makers = new Map<Key, Set<number>>();
  statements.forEach(({ statement }, at) => {
    for (const key of statement.produces) {
      const id = to.entries.get(key)?.id;
      if (id === undefined) continue;
      for (const made of new Set([key, keyOf(objectOf(id))]))
        makers.set(made, (makers.get(made) ?? new Set()).add(at));
    }
  });
  for (const { by, of } of uses)
    for (const user of makers.get(by) ?? [])
      for (const maker of makers.get(of) ?? [])
        if (user !== maker && statements[user]!.statement.produces.includes(by)) rather[user]!.add(maker);
  return rather;
}

/** Adds for each statement, by position, those that drop what uses, by the bodies of functions, what it drops: the way back makes that first. */
function usersGoFirst(
  rather: readonly Set<number>[],
  statements: readonly PlannedStatement[],
  uses: readonly Use[],
  from: Catalog,
): void {
  if (uses.length === 0) return;
  const droppers = new Map<Key, Set<number>>();
  statements.forEach(({ statement }, at) => {
    for (const key of statement.destroys)
      if (from.entries.has(key)) droppers.set(key, (droppers.get(key) ?? new Set()).add(at));
  });
  for (const { by, of } of uses)
    for (const user of droppers.get(by) ?? [])
      for (const used of droppers.get(of) ?? []) if (user !== used) rather[used]!.add(user);
}

/** What is somebody else's to drop takes along what goes with it: a schema its comment, owner and grants. */
function withoutLeftOut(
  changes: readonly Change[],
  from: Catalog,
  leaveOut: PlanOptions['leaveOut'],
): readonly Change[] {
  if (leaveOut === undefined) return changes;
  const left = new Set<Key>();
  for (const change of changes)
    if (leaveOut(change) && change.op === 'drop') left.add(keyOf(change.entry.id));
  const { byDependent } = edgeIndex(from);
  return changes.filter((change) => {
    if (change.op !== 'drop') return !leaveOut(change);
    const key = keyOf(change.entry.id);
    if (left.has(key)) return false;
    return !(byDependent.get(key) ?? []).some(
      ({ referenced, type }) => type !== 'normal' && left.has(referenced),
    );
  });
}

/** Sorts statements by place: drops first, then by the object's kind and name, so that a table's indexes, comments and grants follow it. */
function byPlace(statements: readonly PlannedStatement[], { to }: Sides): PlannedStatement[] {
  const placed = statements.map((each) => {
    const { about, statement } = each;
    const object = objectOf(about);
    const drops = statement.produces.every(isTurn) && statement.destroys.length > 0;
    const [kind, name] = [kindOf(object).rank, nameOf(object)];
    // Columns are added in the order in which they are wanted.
    const order = about.kind === 'column' ? (to.entries.get(keyOf(about))?.order ?? 0) : 0;
    const place = [
      drops ? 0 : 1,
      kind,
      name,
      kindOf(about).rank,
      order,
      nameOf(about),
      statement.sql,
    ] as const;
    return { each, place };
  });
  placed.sort((a, b) => {
    for (let at = 0; at < a.place.length; at += 1) {
      if (a.place[at]! < b.place[at]!) return -1;
      if (a.place[at]! > b.place[at]!) return 1;
    }
    return 0;
  });
  return placed.map(({ each }) => each);
}
