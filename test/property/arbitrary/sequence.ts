import fc from 'fast-check';
import { qualified } from '../../../src/sql/quote.ts';
import { carried, flag, oneOf, schema, sometimes } from './common.ts';
import { carriedPieces, piece, type Carried, type Family } from './family.ts';
import { columnsOf, tableName } from './table.ts';

export const sequence: Family<{
  schema: string;
  carried: Carried;
  type: string;
  increment: number;
  start: number | null;
  max: number | null;
  cache: number;
  cycle: boolean;
  ownedBy: string | null;
}> = {
  name: 'sequence',
  slots: ['numbers', 'More numbers'],
  filled: 6,
  arbitrary: fc.record({
    schema,
    carried,
    type: oneOf('bigint', 'bigint', 'integer', 'smallint'),
    increment: oneOf(1, 1, 10, -1),
    start: sometimes(oneOf(5, 20)),
    max: sometimes(oneOf(1000, 30000)),
    cache: oneOf(1, 1, 20),
    cycle: flag(2),
    ownedBy: sometimes(oneOf('users', 'orders'), 3),
  }),
  pieces(slot, { schema, carried, type, increment, start, max, cache, cycle, ownedBy }, world) {
    const name = qualified(schema, slot);
    const sql = [
      `create sequence ${name} as ${type}`,
      ...(increment === 1 ? [] : [`increment ${increment}`]),
      ...(increment < 0 ? ['minvalue -500 maxvalue 100'] : max === null ? [] : [`maxvalue ${max}`]),
      ...(start === null ? [] : [`start ${start}`]),
      ...(cache === 1 ? [] : [`cache ${cache}`]),
      ...(cycle ? ['cycle'] : []),
    ].join(' ');
    const table = ownedBy === null ? undefined : tableName(ownedBy, world);
    const owned =
      table !== undefined && columnsOf(ownedBy!, world).has('id') && table.startsWith(qualified(schema));
    return [
      piece('sequence', sql),
      // The owner of an owned sequence is its table's.
      ...(owned
        ? [piece('table part', `alter sequence ${name} owned by ${table}.id`)]
        : carriedPieces(carried, 'sequence', name, 'usage')),
      ...(owned ? carriedPieces({ ...carried, owner: null }, 'sequence', name, 'usage') : []),
    ];
  },
};
