/** OF: that a table has its columns from a composite type. Made with the table, or later, when it has just those columns. */
import { type OfTypeId, type TableId, keyOf } from '../model/id.ts';
import { alterTable } from './alter-table.ts';
import { asItsOwn } from './family.ts';
import type { Kind } from './kind.ts';
import type { OfTypeAttributes } from './parts.ts';

const tableOf = ({ schema, name }: OfTypeId): TableId => ({ kind: 'table', schema, name });

export const ofType: Kind<OfTypeId, OfTypeAttributes> = {
  name: 'of-type',
  rank: 52,
  references: ({ id }) => [{ to: tableOf(id), type: 'auto' }],
  create: ({ id, attrs }, { from, to }) => {
    const own = asItsOwn(to, tableOf(id)).map((entry) => keyOf(entry.id));
    const destroys = own.filter((key) => from.entries.has(key));
    return [{ ...alterTable(id, `OF ${attrs.type}`), produces: [keyOf(id)], destroys }];
  },
  drop: ({ id }, { from, to }) => {
    const own = asItsOwn(from, tableOf(id)).map((entry) => keyOf(entry.id));
    const produces = own.filter((key) => to.entries.has(key));
    return [{ ...alterTable(id, 'NOT OF'), destroys: [keyOf(id)], produces }];
  },
  alter: (_changes, _before, { id, attrs }) => [alterTable(id, `OF ${attrs.type}`)],
};
