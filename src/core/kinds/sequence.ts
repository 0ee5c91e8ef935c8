/** Sequences that stand alone or belong to a serial column; an identity column's is the column's own. */
import { qualified } from '../../sql/quote.ts';
import { type Key, type SequenceId, keyOf } from '../model/id.ts';
import { accessExclusive, loss } from './alter-table.ts';
import { draft, type Kind } from './kind.ts';

export type SequenceAttributes = {
  readonly type: string;
  readonly start: string;
  readonly increment: string;
  /** null: the type's own. */
  readonly min: string | null;
  readonly max: string | null;
  readonly cache: string;
  readonly cycle: boolean;
};

/** Stands for: no column owns the sequence any more. */
export const freed = (id: SequenceId) => `turn of freeing ${keyOf(id)}` as Key;

function options(attrs: SequenceAttributes, before: SequenceAttributes): string[] {
  const changed = (name: keyof SequenceAttributes) => attrs[name] !== before[name];
  return [
    ...(changed('type') ? [`AS ${attrs.type}`] : []),
    ...(changed('increment') ? [`INCREMENT BY ${attrs.increment}`] : []),
    ...(changed('min') ? [attrs.min === null ? 'NO MINVALUE' : `MINVALUE ${attrs.min}`] : []),
    ...(changed('max') ? [attrs.max === null ? 'NO MAXVALUE' : `MAXVALUE ${attrs.max}`] : []),
    ...(changed('start') ? [`START WITH ${attrs.start}`] : []),
    ...(changed('cache') ? [`CACHE ${attrs.cache}`] : []),
    ...(changed('cycle') ? [attrs.cycle ? 'CYCLE' : 'NO CYCLE'] : []),
  ];
}
/** What CREATE SEQUENCE makes when told nothing. */
const usual: SequenceAttributes = {
  type: 'bigint',
  start: '1',
  increment: '1',
  min: null,
  max: null,
  cache: '1',
  cycle: false,
};

export const sequence: Kind<SequenceId, SequenceAttributes> = {
  name: 'sequence',
  rank: 40,
  references: ({ id }) => [{ to: { kind: 'schema', name: id.schema }, type: 'normal' }],
  create: ({ id, attrs }) => [
    draft(['CREATE SEQUENCE', qualified(id.schema, id.name), ...options(attrs, usual)].join(' '), {
      produces: [keyOf(id)],
    }),
  ],
  drop: ({ id }) => [
    draft(`DROP SEQUENCE ${qualified(id.schema, id.name)}`, {
      destroys: [keyOf(id)],
      locks: accessExclusive(id),
      hazards: [loss(id, 'drops the sequence and its position')],
    }),
  ],
  alter: (_changes, before, { id, attrs }) => [
    draft(['ALTER SEQUENCE', qualified(id.schema, id.name), ...options(attrs, before.attrs)].join(' '), {
      produces: [keyOf(id)],
      locks: [{ mode: 'SHARE ROW EXCLUSIVE', relation: qualified(id.schema, id.name) }],
    }),
  ],
};
