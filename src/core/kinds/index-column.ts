/** How much is gathered about a column of an index, which is mostly an expression: its statistics target. */
import { qualified } from '../../sql/quote.ts';
import { type IndexColumnId, keyOf } from '../model/id.ts';
import { type Draft, draft, type Kind } from './kind.ts';

export type IndexColumnAttributes = {
  /** Not told where default_statistics_target says it. */
  readonly statistics: number;
};

function set({ schema, index, name }: IndexColumnId, statistics: number): Draft {
  const relation = qualified(schema, index);
  return draft(`ALTER INDEX ${relation} ALTER COLUMN ${name} SET STATISTICS ${statistics}`, {
    locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', relation }],
  });
}

export const indexColumn: Kind<IndexColumnId, IndexColumnAttributes> = {
  name: 'index-column',
  rank: 61,
  references: ({ id: { schema, table, index } }) => [
    { to: { kind: 'index', schema, name: index }, type: 'auto' },
    { to: { kind: 'constraint', schema, table, name: index }, type: 'auto' },
  ],
  create: ({ id, attrs }) => [{ ...set(id, attrs.statistics), produces: [keyOf(id)] }],
  drop: ({ id }) => [{ ...set(id, -1), destroys: [keyOf(id)] }],
  alter: (_changes, _before, { id, attrs }) => [{ ...set(id, attrs.statistics), produces: [keyOf(id)] }],
};
