/** What CREATE SEQUENCE takes besides a type, of sequences that stand alone and of those behind identity columns. */

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
