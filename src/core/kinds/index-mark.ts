/** What an index is to its table, or materialized view, besides: that by which CLUSTER orders it, or its replica identity. */
import { identifier, qualified } from '../../sql/quote.ts';
import { find } from '../model/catalog.ts';
import { type IndexMarkId, type TableId, keyOf } from '../model/id.ts';
import type { Lock } from '../model/statement.ts';
import { type Draft, draft, type Kind } from './kind.ts';
import type { TableAttributes } from './table.ts';

export type IndexMarkAttributes = {
  /** Its name, in the table's schema; a key's index has the constraint's. */
  readonly index: string;
};

const tableOf = ({ schema, table }: IndexMarkId): TableId => ({ kind: 'table', schema, name: table });

function mark(id: IndexMarkId, { index }: IndexMarkAttributes): Draft {
  const table = qualified(id.schema, id.table);
  const locks = (onTable: Lock['mode'], onIndex: Lock['mode']): Lock[] => [
    { mode: onTable, relation: table },
    { mode: onIndex, relation: qualified(id.schema, index) },
  ];
  return id.name === 'cluster'
    ? draft(`ALTER TABLE ${table} CLUSTER ON ${identifier(index)}`, {
        produces: [keyOf(id)],
        locks: locks('SHARE UPDATE EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE'),
      })
    : draft(`ALTER TABLE ${table} REPLICA IDENTITY USING INDEX ${identifier(index)}`, {
        produces: [keyOf(id)],
        locks: locks('ACCESS EXCLUSIVE', 'SHARE'),
      });
}

export const indexMark: Kind<IndexMarkId, IndexMarkAttributes> = {
  name: 'index-mark',
  rank: 61,
  references: ({ id, attrs: { index } }) => [
    { to: tableOf(id), type: 'auto' },
    { to: { kind: 'materialized-view', schema: id.schema, name: id.table }, type: 'auto' },
    { to: { kind: 'index', schema: id.schema, name: index }, type: 'auto' },
    { to: { kind: 'constraint', schema: id.schema, table: id.table, name: index }, type: 'auto' },
  ],
  create: ({ id, attrs }) => [mark(id, attrs)],
  drop({ id }, { to }) {
    const table = qualified(id.schema, id.table);
    if (id.name === 'cluster')
      return [
        draft(`ALTER TABLE ${table} SET WITHOUT CLUSTER`, {
          destroys: [keyOf(id)],
          locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', relation: table }],
        }),
      ];
    // As the table's own attribute will have it, whichever of the two statements comes first.
    const identity = find<TableId, TableAttributes>(to, tableOf(id))?.attrs.replicaIdentity ?? 'default';
    return [
      draft(
        `ALTER TABLE ${table} REPLICA IDENTITY ${identity === 'index' ? 'DEFAULT' : identity.toUpperCase()}`,
        {
          destroys: [keyOf(id)],
          locks: [{ mode: 'ACCESS EXCLUSIVE', relation: table }],
        },
      ),
    ];
  },
  alter: (_changes, _before, { id, attrs }) => [mark(id, attrs)],
};
