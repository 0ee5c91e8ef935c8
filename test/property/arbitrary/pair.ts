/** Two databases, mostly neighbours: the second is the first with a few of its parts taken from a third. */
import fc from 'fast-check';
import { flag } from './common.ts';
import { defaultPrivilege, eventTrigger, foreign, textSearch } from './elsewhere.ts';
import { inOrder, valueOf, type Family, type Model, type Piece, type World } from './family.ts';
import { foreignKey } from './foreign-key.ts';
import { aggregate, procedure, valueFunction } from './function.ts';
import { inheriting } from './inheriting.ts';
import { policy, rule, trigger, triggerFunction } from './of-relation.ts';
import { partitioned } from './partitioned.ts';
import { schema } from './schema.ts';
import { sequence } from './sequence.ts';
import { table } from './table.ts';
import { tableFunction } from './table-function.ts';
import { statistics, tableIndex } from './table-index.ts';
import { collation, compositeType, domainType, enumType, rangeType } from './types.ts';
import { materializedView, plainView } from './view.ts';

const families = [
  schema,
  enumType,
  domainType,
  compositeType,
  rangeType,
  collation,
  sequence,
  valueFunction,
  aggregate,
  procedure,
  triggerFunction,
  table,
  inheriting,
  partitioned,
  tableIndex,
  statistics,
  foreignKey,
  tableFunction,
  plainView,
  materializedView,
  trigger,
  policy,
  rule,
  textSearch,
  foreign,
  eventTrigger,
  defaultPrivilege,
] as readonly unknown[] as readonly Family<unknown>[];

const model: fc.Arbitrary<Model> = fc.record(
  Object.fromEntries(
    families.map(({ name, slots, filled, arbitrary }) => [
      name,
      fc.record(
        Object.fromEntries(
          slots.map((slot) => [
            slot,
            fc
              .record({ filled: flag(filled), value: arbitrary })
              .map(({ filled, value }) => (filled ? value : null)),
          ]),
        ),
      ),
    ]),
  ),
);

export interface Pair {
  readonly before: Model;
  readonly after: Model;
  /** Whether its tables hold rows. */
  readonly withRows: boolean;
  /** Whether each schema is a domain of its own, so that the plan is cut. */
  readonly bySchema: boolean;
  readonly online: boolean;
  readonly dumped: boolean;
}

/** What an edit takes from the other model: a whole slot, or one of its parts; or a slot's value under another name. */
interface Edit {
  readonly family: number;
  readonly slot: number;
  readonly depth: readonly number[];
  readonly renamed: boolean;
}
const edit: fc.Arbitrary<Edit> = fc.record({
  family: fc.nat(10_000),
  slot: fc.nat(10_000),
  depth: fc.array(fc.nat(10_000), { maxLength: 4 }),
  renamed: flag(1),
});

export const pair: fc.Arbitrary<Pair> = fc
  .record({
    before: model,
    other: model,
    edits: fc.array(edit, { minLength: 1, maxLength: 10 }),
    how: fc.nat(29),
    withRows: flag(4),
    bySchema: flag(4),
    online: flag(5),
    dumped: flag(1),
  })
  .map(({ before, other, edits, how, ...rest }) => {
    // One of thirty begins with nothing, one has nothing to do with the first.
    if (how === 0) return { before: {}, after: other, ...rest };
    if (how === 1) return { before, after: other, ...rest, bySchema: false };
    let after = before;
    for (const each of edits) after = edited(after, other, each);
    return { before, after, ...rest };
  });

function edited(model: Model, other: Model, { family, slot, depth, renamed }: Edit): Model {
  const differing = Object.keys(model).filter((name) => !same(model[name], other[name]));
  const name = differing[family % Math.max(1, differing.length)];
  if (name === undefined) return model;
  const [slots, others] = [model[name]!, other[name]!];
  const names = Object.keys(slots).filter((each) => !same(slots[each], others[each]));
  const chosen = names[slot % names.length]!;
  if (renamed) {
    const empty = Object.keys(slots).find((each) => slots[each] === null);
    if (empty !== undefined && slots[chosen] !== null)
      return { ...model, [name]: { ...slots, [empty]: slots[chosen], [chosen]: null } };
  }
  return { ...model, [name]: { ...slots, [chosen]: mixed(slots[chosen], others[chosen], depth) } };
}

/** @returns `a` with what lies at the path taken from `b`. Lists are whole. */
function mixed(a: unknown, b: unknown, path: readonly number[]): unknown {
  const [first, ...rest] = path;
  if (first === undefined || !isObject(a) || !isObject(b)) return b;
  const names = Object.keys(a).filter((name) => !same(a[name], b[name]));
  const name = names[first % Math.max(1, names.length)];
  return name === undefined ? b : { ...a, [name]: mixed(a[name], b[name], rest) };
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** @returns the statements that make such a database, in an order in which they can run. */
export function piecesOf(model: Model, major: number, withRows: boolean): Piece[] {
  const world: World = { model, major };
  const pieces = families.flatMap((family) =>
    family.slots.flatMap((slot) => {
      const value = valueOf(world, family.name, slot);
      return value === undefined ? [] : family.pieces(slot, value, world);
    }),
  );
  return inOrder(withRows ? pieces : pieces.filter(({ phase }) => phase !== 'row'));
}
