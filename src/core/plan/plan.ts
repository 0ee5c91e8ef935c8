/**
 * Two catalogs → ordered statements, cut into steps: one step is one migration of one domain. Where domains need
 * each other in turn, a domain gets more than one step.
 */
import { diff } from '../diff/diff.ts';
import { kindOf } from '../kinds/kinds.ts';
import type { Sides } from '../kinds/kind.ts';
import type { Change } from '../model/change.ts';
import { type Catalog, edgeIndex } from '../model/catalog.ts';
import { type Id, type Key, keyOf, nameOf, objectOf } from '../model/id.ts';
import { inputError } from '../model/problem.ts';
import type { Statement } from '../model/statement.ts';
import { drafts, isTurn } from './drafts.ts';
import { expand } from './expand.ts';
import { fold, type PlannedStatement } from './fold.ts';
import { graph } from './graph.ts';

export interface Step {
  /** `_cluster`, or a domain's name. */
  readonly domain: string;
  readonly statements: readonly Statement[];
  /** Positions of the steps that must have run before this one. */
  readonly after: readonly number[];
}

export interface PlanOptions {
  /** Which domain a change belongs to. */
  readonly domainOf: (id: Id) => string;
  /** Changes that are somebody else's: the runner drops a domain's schema. */
  readonly leaveOut?: (change: Change) => boolean;
}

/** @returns the steps from one catalog to the other, in the order in which they can run; none if they are equal. @throws KnownError (2) when statements need each other in a circle. */
export function plan(from: Catalog, to: Catalog, { domainOf, leaveOut }: PlanOptions): Step[] {
  const sides: Sides = { from, to };
  const changes = withoutLeftOut(diff(from, to), from, leaveOut);
  const statements = fold(drafts(expand(changes, sides), sides), sides);
  statements.sort(byPlace);
  const before = statementGraph(statements, sides);
  return steps(statements, before, (at) => domainOf(statements[at]!.about));
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

/** The same four reasons as among drafts, over whole statements. */
function statementGraph(statements: readonly PlannedStatement[], sides: Sides): ReadonlySet<number>[] {
  const planned = statements.map(({ about, statement }) => ({
    about,
    draft: { ...statement, render: () => statement.sql },
  }));
  return [...graph(planned, sides)];
}

const withoutTurns = (statement: Statement): Statement => ({
  ...statement,
  produces: statement.produces.filter((key) => !isTurn(key)),
  requires: statement.requires.filter((key) => !isTurn(key)),
});

/** Runs through the statements, staying with one domain as long as one of its statements can run. */
function steps(
  statements: readonly PlannedStatement[],
  before: readonly ReadonlySet<number>[],
  domainOf: (at: number) => string,
): Step[] {
  const waiting = before.map((set) => set.size);
  const after: number[][] = statements.map(() => []);
  before.forEach((set, at) => {
    for (const first of set) after[first]!.push(at);
  });
  const byDomain = new Map<string, number[]>();
  statements.forEach((_, at) => {
    const domain = domainOf(at);
    byDomain.set(domain, [...(byDomain.get(domain) ?? []), at]);
  });
  const names = [...byDomain.keys()].sort();
  const done = new Set<number>();
  const stepOf = new Map<number, number>();
  const result: Step[] = [];
  while (done.size < statements.length) {
    let best: { domain: string; order: number[]; left: number; frees: number } | undefined;
    for (const domain of names) {
      const open = byDomain.get(domain)!.filter((at) => !done.has(at));
      if (open.length === 0) continue;
      const order = runnable(open, waiting, after);
      const left = open.length - order.length;
      if (order.length === 0) continue;
      // A domain that can be finished first; then the one that others wait for most; then the one that gets furthest.
      const frees = left === 0 ? Number.POSITIVE_INFINITY : freedBy(order, after, domainOf, domain);
      if (best === undefined || frees > best.frees || (frees === best.frees && left < best.left))
        best = { domain, order, left, frees };
      if (left === 0) break;
    }
    if (best === undefined) throw circle(statements, before, done);
    const at = result.length;
    const needs = new Set<number>();
    for (const each of best.order) {
      for (const first of before[each]!) if (stepOf.get(first) !== undefined) needs.add(stepOf.get(first)!);
      done.add(each);
      stepOf.set(each, at);
      for (const follower of after[each]!) waiting[follower]! -= 1;
    }
    needs.delete(at);
    result.push({
      domain: best.domain,
      statements: best.order.map((each) => withoutTurns(statements[each]!.statement)),
      after: [...needs].sort((a, b) => a - b),
    });
  }
  return result;
}

/** @returns how many statements of other domains wait for one of these. */
function freedBy(
  order: readonly number[],
  after: readonly number[][],
  domainOf: (at: number) => string,
  domain: string,
): number {
  return new Set(order.flatMap((at) => after[at]!).filter((follower) => domainOf(follower) !== domain)).size;
}

/** @returns which of the open statements can run one after the other, in place order. */
function runnable(open: readonly number[], waiting: readonly number[], after: readonly number[][]): number[] {
  const left = new Map(open.map((at) => [at, waiting[at]!]));
  const ready = open.filter((at) => left.get(at) === 0);
  const order: number[] = [];
  while (ready.length > 0) {
    // Positions are places: the smallest first keeps what belongs together together.
    let first = 0;
    for (let at = 1; at < ready.length; at += 1) if (ready[at]! < ready[first]!) first = at;
    const [next] = ready.splice(first, 1);
    order.push(next!);
    for (const follower of after[next!]!) {
      const count = left.get(follower);
      if (count === undefined) continue;
      left.set(follower, count - 1);
      if (count === 1) ready.push(follower);
    }
  }
  return order;
}

/** Drops first, then by the object's kind and name, so that a table's indexes, comments and grants follow it. */
function byPlace(a: PlannedStatement, b: PlannedStatement): number {
  const place = ({ about, statement }: PlannedStatement): [number, number, string, number, string] => {
    const object = objectOf(about);
    const drops = statement.produces.every(isTurn) && statement.destroys.length > 0;
    return [drops ? 0 : 1, kindOf(object).rank, nameOf(object), kindOf(about).rank, nameOf(about)];
  };
  const [left, right] = [place(a), place(b)];
  for (let at = 0; at < left.length; at += 1) {
    if (left[at]! < right[at]!) return -1;
    if (left[at]! > right[at]!) return 1;
  }
  return a.statement.sql < b.statement.sql ? -1 : 1;
}

function circle(
  statements: readonly PlannedStatement[],
  before: readonly ReadonlySet<number>[],
  done: ReadonlySet<number>,
): Error {
  let at = statements.findIndex((_, each) => !done.has(each));
  const path: number[] = [];
  while (!path.includes(at)) {
    path.push(at);
    at = [...before[at]!].find((first) => !done.has(first))!;
  }
  const names = [...path.slice(path.indexOf(at)), at].map((each) => nameOf(statements[each]!.about));
  return inputError({
    message: `these need each other in a circle: ${names.join(' → ')}`,
    help: 'Break the circle: add the foreign key, default or view column in a later migration.',
  });
}

/** The catalog after some steps of a plan: what they produced as it is in `to`, what they destroyed gone. */
export function advance(current: Catalog, to: Catalog, step: Step): Catalog {
  const entries = new Map(current.entries);
  const touched = new Set<Key>();
  for (const { produces, destroys } of step.statements) {
    for (const key of destroys) {
      entries.delete(key);
      touched.add(key);
    }
    for (const key of produces) {
      const entry = to.entries.get(key);
      if (entry !== undefined) entries.set(keyOf(entry.id), entry);
      touched.add(key);
    }
  }
  const edges = [
    ...current.edges.filter(
      ({ dependent, referenced }) =>
        !touched.has(dependent) && entries.has(dependent) && entries.has(referenced),
    ),
    ...to.edges.filter(
      ({ dependent, referenced }) =>
        touched.has(dependent) && entries.has(dependent) && entries.has(referenced),
    ),
  ];
  const sorted = new Map([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  return { ...current, entries: sorted, edges };
}
