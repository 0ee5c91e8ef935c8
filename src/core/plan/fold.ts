/** Drafts → statements: clauses go into the statement that takes them, privileges of one grant gather in one. */
import { withImplicitArrayCasts } from '../../sql/array-cast.ts';
import { kindOf } from '../kinds/kinds.ts';
import type { Draft, Sides } from '../kinds/kind.ts';
import { type Id, type Key, keyOf, nameOf, objectOf } from '../model/id.ts';
import type { Statement } from '../model/statement.ts';
import type { Planned } from './expanded.ts';
import { graph } from './graph.ts';

/** A statement and the entry it is mainly about, which decides its domain and its place. */
export interface PlannedStatement {
  readonly about: Id;
  readonly statement: Statement;
  /** Statements of one unit go into migrations of their own. */
  readonly unit?: string;
  /** Takes back what it leaves for a later statement only, and no catalog tells of. Must bear that it is gone already. */
  readonly undo?: Statement;
}

/** @returns complete statements, in no particular order. */
export function fold(planned: readonly Planned[], sides: Sides): PlannedStatement[] {
  const into = foldTargets(planned, sides);
  const inner = new Map<number, number[]>();
  into.forEach((parent, child) => {
    if (parent !== undefined) inner.set(parent, [...(inner.get(parent) ?? []), child]);
  });
  const clauses = (at: number): string[] =>
    (inner.get(at) ?? [])
      .map((child) => ({ child, fold: planned[child]!.draft.fold! }))
      .sort((a, b) => a.fold.rank - b.fold.rank || compare(planned[a.child]!, planned[b.child]!))
      .map(({ child, fold: { clause: write } }) => write(clauses(child)));
  const members = (at: number): number[] => [at, ...(inner.get(at) ?? []).flatMap(members)];
  const created = createdObjects(planned, sides);
  const whole: PlannedStatement[] = [];
  const groups = new Map<string, { first: Planned; drafts: Draft[] }>();
  planned.forEach((each, at) => {
    if (into[at] !== undefined) return;
    if (each.draft.merge !== undefined) {
      const group = groups.get(each.draft.merge.group);
      if (group === undefined) groups.set(each.draft.merge.group, { first: each, drafts: [each.draft] });
      else group.drafts.push(each.draft);
      return;
    }
    const parts = members(at).map((member) => planned[member]!.draft);
    whole.push({ about: each.about, statement: join(each.draft.render(clauses(at)), parts, created) });
  });
  for (const { first, drafts } of groups.values()) {
    const items = drafts.map(({ merge }) => merge!.item);
    whole.push({ about: first.about, statement: join(first.draft.merge!.render(items), drafts, created) });
  }
  return whole;
}

/** @returns for each draft the draft that takes it in, or undefined. Not where what it needs comes only after that one: a check that calls a function on its own table's row type. */
function foldTargets(planned: readonly Planned[], sides: Sides): (number | undefined)[] {
  const before = graph(planned, sides);
  const after: number[][] = planned.map(() => []);
  before.forEach((set, at) => {
    for (const first of set) after[first]!.push(at);
  });
  const creators = new Map<Key, number>();
  const gone = new Set(planned.flatMap(({ draft }) => draft.destroys));
  planned.forEach(({ about, draft }, at) => {
    const key = keyOf(about);
    if (draft.produces.includes(key) && (!sides.from.entries.has(key) || gone.has(key)))
      creators.set(key, creators.get(key) ?? at);
    else if (draft.produces.includes(key) && draft.fold !== undefined) creators.set(key, at);
  });
  const into: (number | undefined)[] = planned.map(() => undefined);
  const root = (at: number): number => {
    const parent = into[at];
    return parent === undefined ? at : root(parent);
  };
  const followers = new Map<number, Set<number>>();
  const followersOf = (at: number): Set<number> => {
    const known = followers.get(at);
    if (known !== undefined) return known;
    const found = new Set<number>();
    const queue = [at];
    for (let next = queue.pop(); next !== undefined; next = queue.pop())
      for (const follower of after[next]!)
        if (!found.has(follower)) {
          found.add(follower);
          queue.push(follower);
        }
    followers.set(at, found);
    return found;
  };
  const byRank = planned.map((_, at) => at).filter((at) => planned[at]!.draft.fold !== undefined);
  byRank.sort((a, b) => kindOf(planned[a]!.about).rank - kindOf(planned[b]!.about).rank);
  for (const at of byRank) {
    const parent = creators.get(planned[at]!.draft.fold!.into);
    if (parent === undefined || parent === at) continue;
    const top = root(parent);
    const late = followersOf(top);
    const free = [...before[at]!].every((first) => root(first) === top || !late.has(first));
    if (free) into[at] = parent;
  }
  return into;
}

function join(sql: string, parts: readonly Draft[], created: ReadonlySet<string>): Statement {
  const produces = new Set(parts.flatMap(({ produces: keys }) => keys));
  const unique = <T>(values: readonly T[]): T[] => [
    ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
  ];
  const commits = parts.flatMap((part) => part.commits ?? []);
  const [only] = parts;
  return {
    sql: withImplicitArrayCasts(sql),
    ...(parts.length > 1 || only?.sets === undefined ? {} : { sets: only.sets }),
    ...(commits.length === 0 ? {} : { commits }),
    produces: [...produces],
    requires: [...new Set(parts.flatMap(({ requires }) => requires))].filter((key) => !produces.has(key)),
    destroys: [...new Set(parts.flatMap(({ destroys }) => destroys))],
    transaction: parts.some(({ transaction }) => transaction === 'outside') ? 'outside' : 'inside',
    // Nobody waits for what is not there yet.
    locks: unique(parts.flatMap(({ locks }) => locks)).filter(({ relation }) => !created.has(relation)),
    hazards: unique(parts.flatMap(({ hazards }) => hazards)).filter(({ object }) => !created.has(object)),
  };
}

function createdObjects(planned: readonly Planned[], { from }: Sides): Set<string> {
  const created = new Set<string>();
  const dropped = new Set<string>();
  for (const { about, draft } of planned)
    if (objectOf(about) === about) {
      if (
        draft.produces.includes(keyOf(about)) &&
        !from.entries.has(keyOf(about)) &&
        draft.locks.every(({ relation }) => relation !== nameOf(about))
      )
        created.add(nameOf(about));
      if (draft.destroys.includes(keyOf(about))) dropped.add(nameOf(about));
    }
  for (const name of dropped) created.delete(name);
  return created;
}

const compare = (a: Planned, b: Planned) => {
  const [left, right] = [keyOf(a.about), keyOf(b.about)];
  return left < right ? -1 : left > right ? 1 : 0;
};
