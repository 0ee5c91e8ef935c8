/** Sequences that stand alone or belong to a serial column; an identity column's is the column's own. */
import { qualified } from '../../sql/quote.ts';
import { type Key, type SequenceId, keyOf } from '../model/id.ts';
import type { Lock } from '../model/statement.ts';
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
  readonly persistence: 'permanent' | 'unlogged';
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
  persistence: 'permanent',
};

export const sequence: Kind<SequenceId, SequenceAttributes> = {
  name: 'sequence',
  rank: 40,
  references: ({ id }) => [{ to: { kind: 'schema', name: id.schema }, type: 'normal' }],
  create: ({ id, attrs }) => {
    const head = `CREATE ${attrs.persistence === 'unlogged' ? 'UNLOGGED ' : ''}SEQUENCE`;
    return [
      draft([head, qualified(id.schema, id.name), ...options(attrs, usual)].join(' '), {
        produces: [keyOf(id)],
      }),
    ];
  },
  drop: ({ id }) => [
    draft(`DROP SEQUENCE ${qualified(id.schema, id.name)}`, {
      destroys: [keyOf(id)],
      locks: accessExclusive(id),
      hazards: [loss(id, 'drops the sequence and its position')],
    }),
  ],
  alter(_changes, before, { id, attrs }) {
    const changed = options(attrs, before.attrs);
    const relation = qualified(id.schema, id.name);
    const alter = (actions: string, mode: Lock['mode']) =>
      draft(`ALTER SEQUENCE ${relation} ${actions}`, { produces: [keyOf(id)], locks: [{ mode, relation }] });
    return [
      ...(changed.length === 0 ? [] : [alter(changed.join(' '), 'SHARE ROW EXCLUSIVE')]),
      ...(attrs.persistence === before.attrs.persistence
        ? []
        : [alter(`SET ${attrs.persistence === 'unlogged' ? 'UNLOGGED' : 'LOGGED'}`, 'ACCESS EXCLUSIVE')]),
    ];
  },
};
