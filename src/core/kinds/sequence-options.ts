/** What CREATE SEQUENCE takes besides a type, of sequences that stand alone and of those behind identity columns. */
import type { Hazard } from '../model/statement.ts';

export type SequenceOptions = {
  readonly start: string;
  readonly increment: string;
  /** null: the type's own. */
  readonly min: string | null;
  readonly max: string | null;
  readonly cache: string;
  readonly cycle: boolean;
};

/** What a sequence is like when nothing is said. */
export const usualOptions: SequenceOptions = {
  start: '1',
  increment: '1',
  min: null,
  max: null,
  cache: '1',
  cycle: false,
};

/** @returns the clauses that must be said for one to become the other, in the manual's order. */
export function optionClauses(attrs: SequenceOptions, before: SequenceOptions): string[] {
  const changed = (name: keyof SequenceOptions) => attrs[name] !== before[name];
  return [
    ...(changed('increment') ? [`INCREMENT BY ${attrs.increment}`] : []),
    ...(changed('min') ? [attrs.min === null ? 'NO MINVALUE' : `MINVALUE ${attrs.min}`] : []),
    ...(changed('max') ? [attrs.max === null ? 'NO MAXVALUE' : `MAXVALUE ${attrs.max}`] : []),
    ...(changed('start') ? [`START WITH ${attrs.start}`] : []),
    ...(changed('cache') ? [`CACHE ${attrs.cache}`] : []),
    ...(changed('cycle') ? [attrs.cycle ? 'CYCLE' : 'NO CYCLE'] : []),
  ];
}

const most: { readonly [type: string]: bigint } = { smallint: 2n ** 15n - 1n, integer: 2n ** 31n - 1n };
function boundsOf({ type, increment, min, max }: SequenceOptions & { readonly type: string }) {
  const last = most[type] ?? 2n ** 63n - 1n;
  const isAscending = !increment.startsWith('-');
  return {
    min: min === null ? (isAscending ? 1n : -last - 1n) : BigInt(min),
    max: max === null ? (isAscending ? last : -1n) : BigInt(max),
  };
}

/** @returns what the server refuses where a sequence has come further than it may from now on. */
export function positionHazards(
  object: string,
  before: SequenceOptions & { readonly type: string },
  after: SequenceOptions & { readonly type: string },
): Hazard[] {
  const [old, now] = [boundsOf(before), boundsOf(after)];
  if (now.min <= old.min && now.max >= old.max) return [];
  const detail = `fails if the sequence stands below ${now.min} or above ${now.max}`;
  return [{ name: 'depends-on-data', object, detail }];
}
