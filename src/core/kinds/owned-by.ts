/** OWNED BY of a sequence: apart from the sequence, because the column's default needs the sequence first. */
import { qualified } from '../../sql/quote.ts';
import { type Catalog, find } from '../model/catalog.ts';
import { type ColumnId, type OwnedById, type OwnerId, type SequenceId, keyOf } from '../model/id.ts';
import { draft, type Kind } from './kind.ts';
import type { OwnerAttributes } from './owner.ts';

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
  create: ({ id, attrs }, { from, to }) => {
    const ownerOf = (catalog: Catalog, on: OwnerId['on']) =>
      find<OwnerId, OwnerAttributes>(catalog, { kind: 'owner', on })?.attrs.role;
    const table = { kind: 'table', schema: attrs.schema, name: attrs.table } as const;
    // Both must have one owner by now: either the table stays as it is, and the sequence is given to its owner first;
    // or the table changes hands after this, and the sequence with it.
    const given = ownerOf(from, table) === ownerOf(to, table) && ownerOf(to, sequenceOf(id)) !== undefined;
    return [
      {
        ...alterSequence(id, qualified(attrs.schema, attrs.table, attrs.column)),
        produces: [keyOf(id)],
        requires: [
          keyOf(sequenceOf(id)),
          keyOf(columnOf(attrs)),
          ...(given ? [keyOf({ kind: 'owner', on: sequenceOf(id) })] : []),
        ],
      },
    ];
  },
  drop: ({ id }) => [{ ...alterSequence(id, 'NONE'), destroys: [keyOf(id)] }],
  alter: (_changes, _before, { id, attrs }) => [
    {
      ...alterSequence(id, qualified(attrs.schema, attrs.table, attrs.column)),
      produces: [keyOf(id)],
    },
  ],
};
