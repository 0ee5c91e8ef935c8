/** That a publication has a table: some of its columns, those of its rows that a filter lets through. */
import { identifier, qualified } from '../../sql/quote.ts';
import { type PublicationTableId, keyOf } from '../model/id.ts';
import { draft, type Kind } from './kind.ts';

export type PublicationTableAttributes = {
  /** In the table's order; null for all, and those to come. */
  readonly columns: readonly string[] | null;
  /** As pg_get_expr prints it; null for every row. */
  readonly where: string | null;
};

export const publicationTable: Kind<PublicationTableId, PublicationTableAttributes> = {
  name: 'publication-table',
  rank: 81,
  references: ({ id }) => [
    { to: { kind: 'publication', name: id.publication }, type: 'auto' },
    { to: { kind: 'table', schema: id.schema, name: id.table }, type: 'auto' },
  ],
  create({ id, attrs }) {
    const relation = qualified(id.schema, id.table);
    const columns = attrs.columns === null ? '' : ` (${attrs.columns.map(identifier).join(', ')})`;
    const where = attrs.where === null ? '' : ` WHERE (${attrs.where})`;
    return [
      draft(`ALTER PUBLICATION ${identifier(id.publication)} ADD TABLE ${relation}${columns}${where}`, {
        produces: [keyOf(id)],
        locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', relation }],
      }),
    ];
  },
  drop({ id }) {
    const relation = qualified(id.schema, id.table);
    return [
      draft(`ALTER PUBLICATION ${identifier(id.publication)} DROP TABLE ${relation}`, {
        destroys: [keyOf(id)],
        locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', relation }],
      }),
    ];
  },
  // SET TABLE would name every table of the publication; within a transaction no change is missed.
  alter: () => 'replace',
};
