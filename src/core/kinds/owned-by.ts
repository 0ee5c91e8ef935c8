/** OWNED BY of a sequence: apart from the sequence, because the column's default needs the sequence first. */
import { qualified } from '../../sql/quote.ts';
import { type ColumnId, type OwnedById, type SequenceId, keyOf } from '../model/id.ts';
import { draft, type Kind } from './kind.ts';

export interface OwnedByAttributes {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

const sequenceOf = ({ schema, name }: OwnedById): SequenceId => ({ kind: 'sequence', schema, name });
const columnOf = ({ schema, table, column }: OwnedByAttributes): ColumnId => ({
  kind: 'column',
  schema,
  table,
  name: column,
});
const alterSequence = (id: OwnedById, owner: string) =>
  draft(`ALTER SEQUENCE ${qualified(id.schema, id.name)} OWNED BY ${owner}`, {
    locks: [{ mode: 'SHARE ROW EXCLUSIVE', relation: qualified(id.schema, id.name) }],
  });

export const ownedBy: Kind<OwnedById, OwnedByAttributes> = {
  name: 'owned-by',
  rank: 55,
  references: ({ id, attrs }) => [
    { to: sequenceOf(id), type: 'auto' },
    { to: columnOf(attrs), type: 'auto' },
  ],
  create: ({ id, attrs }) => [
    {
      ...alterSequence(id, qualified(attrs.schema, attrs.table, attrs.column)),
      produces: [keyOf(id)],
      requires: [keyOf(sequenceOf(id)), keyOf(columnOf(attrs))],
    },
  ],
  drop: ({ id }) => [{ ...alterSequence(id, 'NONE'), destroys: [keyOf(id)] }],
  alter: (_changes, _before, { id, attrs }) => [
    {
      ...alterSequence(id, qualified(attrs.schema, attrs.table, attrs.column)),
      produces: [keyOf(id)],
    },
  ],
};
