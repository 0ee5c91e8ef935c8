/** Ordered statements → steps: one step is one migration of one domain, in a transaction or outside one. */
import { type Id, nameOf } from '../model/id.ts';
import { inputError } from '../model/problem.ts';
import type { Statement } from '../model/statement.ts';
import { isTurn } from './drafts.ts';
import type { PlannedStatement } from './fold.ts';
import { Smallest } from './smallest.ts';

export interface Step {
  /** `_cluster`, or a domain's name. */
  readonly domain: string;
  /** `off`: each statement is committed by itself. */
  readonly transaction: 'on' | 'off';
  readonly statements: readonly Statement[];
  /** What takes back, besides the plan the other way, what the step leaves for a later one: in the order to run it. */
  readonly undo: readonly Statement[];
  /** Positions of the steps that must have run before this one. */
  readonly after: readonly number[];
}

/** Statements that may be one step: of one domain and unit, all in a transaction or all outside one. */
interface Group {
  readonly domain: string;
  readonly transaction: 'on' | 'off';
  /** Those that are in no step yet, in order. */
  open: number[];
}

/** How far a group gets by itself. */
interface Run {
  readonly order: readonly number[];
  readonly left: number;
  /** How many statements of other groups wait for these. */
  readonly frees: number;
}

/**
 * Runs through the statements, staying with one group as long as one of its statements can run.
 * @param before for each statement, by position, those that must come before it.
 * @param rather likewise, those that had better come before it: only as far as that leads into no circle.
 */
export function steps(
  statements: readonly PlannedStatement[],
  before: readonly ReadonlySet<number>[],
  rather: readonly ReadonlySet<number>[],
  domainOf: (id: Id) => string,
): Step[] {
  let isWishful = rather.some(({ size }) => size > 0);
  let { waiting, after } = waits(
    isWishful ? before.map((set, at) => new Set([...set, ...rather[at]!])) : before,
    new Set(),
  );
  const groups = groupsOf(statements, domainOf);
  const names = [...groups.keys()].sort();
  const groupAt = new Map<number, string>();
  for (const [name, { open }] of groups) for (const at of open) groupAt.set(at, name);
  const apart = (first: number, second: number) => mustCommitBetween(statements[first]!, statements[second]!);
  const stepOf = new Map<number, number>();
  const result: Step[] = [];
  /** What each group could do, until a statement of another lets it do more. */
  const runs = new Map<string, Run>();
  const runOf = (name: string): Run => {
    const known = runs.get(name);
    if (known !== undefined) return known;
    const { open } = groups.get(name)!;
    const order = runnable(open, waiting, after, apart);
    const left = open.length - order.length;
    // A group that can be finished first; then the one that others wait for most; then the one that gets furthest.
    const frees = left === 0 ? Number.POSITIVE_INFINITY : freedBy(order, after, groupAt, name);
    const run = { order, left, frees };
    runs.set(name, run);
    return run;
  };
  while (stepOf.size < statements.length) {
    let best: (Run & { readonly name: string }) | undefined;
    for (const name of names) {
      if (groups.get(name)!.open.length === 0) continue;
      const run = runOf(name);
      if (run.order.length === 0) continue;
      if (best === undefined || run.frees > best.frees || (run.frees === best.frees && run.left < best.left))
        best = { name, ...run };
      if (run.left === 0) break;
    }
    if (best === undefined && isWishful) {
      isWishful = false;
      ({ waiting, after } = waits(before, stepOf));
      runs.clear();
      continue;
    }
    if (best === undefined) throw circle(statements, before, stepOf);
    const at = result.length;
    const needs = new Set<number>();
    for (const each of best.order) {
      for (const first of before[each]!) if (stepOf.has(first)) needs.add(stepOf.get(first)!);
      stepOf.set(each, at);
      for (const follower of after[each]!) {
        waiting[follower]! -= 1;
        runs.delete(groupAt.get(follower)!);
      }
    }
    needs.delete(at);
    runs.delete(best.name);
    const group = groups.get(best.name)!;
    group.open = group.open.filter((each) => !stepOf.has(each));
    result.push({
      domain: group.domain,
      transaction: group.transaction,
      statements: best.order.map((each) => withoutTurns(statements[each]!.statement)),
      undo: best.order.flatMap((each) => statements[each]!.undo ?? []).toReversed(),
      after: [...needs].sort((a, b) => a - b),
    });
  }
  return result;
}

/** Statements that are in a step. */
type Done = Pick<ReadonlySet<number>, 'has'>;

/** For each statement that is not done, how many it waits for, and who waits for it. */
function waits(before: readonly ReadonlySet<number>[], done: Done): { waiting: number[]; after: number[][] } {
  const waiting = before.map(() => 0);
  const after: number[][] = before.map(() => []);
  before.forEach((set, at) => {
    if (done.has(at)) return;
    for (const first of set) {
      if (done.has(first)) continue;
      waiting[at]! += 1;
      after[first]!.push(at);
    }
  });
  return { waiting, after };
}

function groupsOf(
  statements: readonly PlannedStatement[],
  domainOf: (id: Id) => string,
): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  statements.forEach(({ about, statement, unit }, at) => {
    const domain = domainOf(about);
    const transaction = statement.transaction === 'outside' ? 'off' : 'on';
    const name =
      transaction === 'on' && unit === undefined ? domain : `${domain}\0${transaction}\0${unit ?? ''}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { domain, transaction, open: [at] });
    else group.open.push(at);
  });
  return groups;
}

/** Whether the first must be committed before the second can run. What only says something of an object need not wait. */
function mustCommitBetween(first: PlannedStatement, second: PlannedStatement): boolean {
  const { kind } = second.about;
  if (['owner', 'comment', 'security-label', 'grant'].includes(kind)) return false;
  return (first.statement.commits ?? []).some((key) => second.statement.requires.includes(key));
}

const withoutTurns = (statement: Statement): Statement => ({
  ...statement,
  produces: statement.produces.filter((key) => !isTurn(key)),
  requires: statement.requires.filter((key) => !isTurn(key)),
});

/** @returns how many statements of other groups wait for one of these. */
function freedBy(
  order: readonly number[],
  after: readonly number[][],
  groupAt: ReadonlyMap<number, string>,
  name: string,
): number {
  const freed = new Set<number>();
  for (const at of order)
    for (const follower of after[at]!) if (groupAt.get(follower) !== name) freed.add(follower);
  return freed.size;
}

/** @returns which of the open statements can run one after the other in one transaction, in place order. */
function runnable(
  open: readonly number[],
  waiting: readonly number[],
  after: readonly number[][],
  apart: (first: number, second: number) => boolean,
): number[] {
  const left = new Map(open.map((at) => [at, waiting[at]!]));
  // Positions are places: the smallest first keeps what belongs together together.
  const ready = new Smallest();
  for (const at of open) if (left.get(at) === 0) ready.push(at);
  const order: number[] = [];
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    order.push(next);
    for (const follower of after[next]!) {
      const count = left.get(follower);
      if (count === undefined || apart(next, follower)) continue;
      left.set(follower, count - 1);
      if (count === 1) ready.push(follower);
    }
  }
  return order;
}

function circle(
  statements: readonly PlannedStatement[],
  before: readonly ReadonlySet<number>[],
  done: Done,
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
