/** Sequences that stand alone or belong to a serial column; an identity column's is the column's own. */
import { qualified } from '../../sql/quote.ts';
import { type Key, type SequenceId, keyOf } from '../model/id.ts';
import type { Hazard, Lock } from '../model/statement.ts';
import { accessExclusive, loss } from './alter-table.ts';
import { draft, type Kind } from './kind.ts';
import { type SequenceOptions, optionClauses, positionHazards, usualOptions } from './sequence-options.ts';

export type SequenceAttributes = SequenceOptions & {
  readonly type: string;
  readonly persistence: 'permanent' | 'unlogged';
};

/** Stands for: no column owns the sequence any more. */
export const freed = (id: SequenceId) => `turn of freeing ${keyOf(id)}` as Key;

const options = (attrs: SequenceAttributes, before: SequenceAttributes): string[] => [
  ...(attrs.type === before.type ? [] : [`AS ${attrs.type}`]),
  ...optionClauses(attrs, before),
];
/** What CREATE SEQUENCE makes when told nothing. */
const usual: SequenceAttributes = { ...usualOptions, type: 'bigint', persistence: 'permanent' };

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
    const alter = (actions: string, mode: Lock['mode'], hazards: readonly Hazard[] = []) =>
      draft(`ALTER SEQUENCE ${relation} ${actions}`, {
        produces: [keyOf(id)],
        locks: [{ mode, relation }],
        hazards,
      });
    return [
      ...(changed.length === 0
        ? []
        : [alter(changed.join(' '), 'SHARE ROW EXCLUSIVE', positionHazards(relation, before.attrs, attrs))]),
      ...(attrs.persistence === before.attrs.persistence
        ? []
        : [alter(`SET ${attrs.persistence === 'unlogged' ? 'UNLOGGED' : 'LOGGED'}`, 'ACCESS EXCLUSIVE')]),
    ];
  },
};
