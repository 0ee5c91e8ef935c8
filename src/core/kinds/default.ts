/** A column's default, or its generation expression: pg_attrdef holds both, and so does this kind. */
import { find } from '../model/catalog.ts';
import { type ColumnId, type DefaultId, keyOf } from '../model/id.ts';
import { alterColumn } from './alter-table.ts';
import type { Kind } from './kind.ts';

export interface DefaultAttributes {
  /** As pg_get_expr prints it under an empty search_path. */
  readonly expression: string;
  /** null: a plain default. */
  readonly generated: null | 'stored' | 'virtual';
}

const columnOf = ({ schema, table, name }: DefaultId): ColumnId => ({ kind: 'column', schema, table, name });

export const columnDefault: Kind<DefaultId, DefaultAttributes> = {
  name: 'default',
  rank: 53,
  references: ({ id }) => [{ to: columnOf(id), type: 'auto' }],
  create({ id, attrs }) {
    const clause = () =>
      attrs.generated === null
        ? `DEFAULT ${attrs.expression}`
        : `GENERATED ALWAYS AS (${attrs.expression}) ${attrs.generated.toUpperCase()}`;
    return [
      {
        ...alterColumn(id, `SET ${clause()}`),
        produces: [keyOf(id)],
        requires: [keyOf(columnOf(id))],
        fold: { into: keyOf(columnOf(id)), rank: 0, clause },
      },
    ];
  },
  // A plain column cannot become a generated one, nor (before 17) change its expression: its values are derived, so it may go and come.
  // Dropped alone (DROP EXPRESSION), it keeps them.
  replaces: ({ id, attrs }, { to }) =>
    attrs.generated === null || find(to, id) === undefined ? undefined : columnOf(id),
  drop: ({ id, attrs }) => [
    {
      ...alterColumn(id, attrs.generated === null ? 'DROP DEFAULT' : 'DROP EXPRESSION'),
      produces: [],
      destroys: [keyOf(id)],
    },
  ],
  alter(_changes, before, { id, attrs }) {
    if (before.attrs.generated !== null || attrs.generated !== null) return 'replace';
    return [{ ...alterColumn(id, `SET DEFAULT ${attrs.expression}`), produces: [keyOf(id)] }];
  },
};
