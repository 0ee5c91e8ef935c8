/** Ordered statements → steps: one step is one migration of one domain, in a transaction or outside one. */
import { type Id, nameOf } from '../model/id.ts';
import { inputError } from '../model/problem.ts';
import type { Statement } from '../model/statement.ts';
import { isTurn } from './drafts.ts';
import type { PlannedStatement } from './fold.ts';

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
  readonly members: number[];
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
  const none: ReadonlySet<number> = new Set();
  let isWishful = rather.some(({ size }) => size > 0);
  let { waiting, after } = waits(
    isWishful ? before.map((set, at) => new Set([...set, ...rather[at]!])) : before,
    none,
  );
  const groups = groupsOf(statements, domainOf);
  const names = [...groups.keys()].sort();
  const groupAt = new Map<number, string>();
  for (const [name, { members }] of groups) for (const at of members) groupAt.set(at, name);
  const apart = (first: number, second: number) => mustCommitBetween(statements[first]!, statements[second]!);
  const done = new Set<number>();
  const stepOf = new Map<number, number>();
  const result: Step[] = [];
  while (done.size < statements.length) {
    let best: { name: string; order: number[]; left: number; frees: number } | undefined;
    for (const name of names) {
      const open = groups.get(name)!.members.filter((at) => !done.has(at));
      if (open.length === 0) continue;
      const order = runnable(open, waiting, after, apart);
      const left = open.length - order.length;
      if (order.length === 0) continue;
      // A group that can be finished first; then the one that others wait for most; then the one that gets furthest.
      const frees = left === 0 ? Number.POSITIVE_INFINITY : freedBy(order, after, groupAt, name);
      if (best === undefined || frees > best.frees || (frees === best.frees && left < best.left))
        best = { name, order, left, frees };
      if (left === 0) break;
    }
    if (best === undefined && isWishful) {
      isWishful = false;
      ({ waiting, after } = waits(before, done));
      continue;
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
    const { domain, transaction } = groups.get(best.name)!;
    result.push({
      domain,
      transaction,
      statements: best.order.map((each) => withoutTurns(statements[each]!.statement)),
      undo: best.order.flatMap((each) => statements[each]!.undo ?? []).toReversed(),
      after: [...needs].sort((a, b) => a - b),
    });
  }
  return result;
}

/** For each statement that is not done, how many it waits for, and who waits for it. */
function waits(
  before: readonly ReadonlySet<number>[],
  done: ReadonlySet<number>,
): { waiting: number[]; after: number[][] } {
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
    if (group === undefined) groups.set(name, { domain, transaction, members: [at] });
    else group.members.push(at);
  });
  return groups;
}

/** Whether the first must be committed before the second can run. What only says something of an object need not wait. */
function mustCommitBetween(first: PlannedStatement, second: PlannedStatement): boolean {
  const { kind } = second.about;
  if (kind === 'owner' || kind === 'comment' || kind === 'grant') return false;
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
  const freed = order.flatMap((at) => after[at]!).filter((follower) => groupAt.get(follower) !== name);
  return new Set(freed).size;
}

/** @returns which of the open statements can run one after the other in one transaction, in place order. */
function runnable(
  open: readonly number[],
  waiting: readonly number[],
  after: readonly number[][],
  apart: (first: number, second: number) => boolean,
): number[] {
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
      if (count === undefined || apart(next!, follower)) continue;
      left.set(follower, count - 1);
      if (count === 1) ready.push(follower);
    }
  }
  return order;
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
