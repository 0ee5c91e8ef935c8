/** Indexes and extended statistics. */
import fc from 'fast-check';
import { identifier } from '../../../src/sql/quote.ts';
import { comment, flag, oneOf, rarely, someOf, sometimes } from './common.ts';
import { condition, scalar } from './expression.ts';
import { piece, type Family } from './family.ts';
import { isPartitionedSlot, tableAt, tablesAndPartitioned } from './relation.ts';

const candidates = ['id', 'n1', 's1', 'd1', 'Odd', 'e1', 'n2', 'a1', 'j1'] as const;

export const tableIndex: Family<{
  table: string;
  columns: string[];
  expression: number | null;
  unique: boolean;
  where: number | null;
  include: boolean;
  order: string | null;
  operators: boolean;
  method: string | null;
  nulls: boolean;
  fillfactor: boolean;
  comment: string | null;
}> = {
  name: 'index',
  slots: ['by_this', 'By that', 'by_more', 'i4', 'i5'],
  filled: 7,
  arbitrary: fc.record({
    table: oneOf(...tablesAndPartitioned),
    columns: someOf(...candidates).map((each) => each.slice(0, 2)),
    expression: sometimes(fc.nat(6), 4),
    unique: flag(2),
    where: sometimes(fc.nat(8), 3),
    include: flag(2),
    order: sometimes(oneOf('desc', 'desc nulls last', 'nulls first')),
    operators: flag(2),
    method: sometimes(oneOf('hash', 'brin', 'gin'), 2),
    nulls: flag(1),
    fillfactor: flag(1),
    comment: rarely(comment),
  }),
  pieces(slot, value, world) {
    const on = tableAt(value.table, world);
    if (on === undefined) return [];
    const schema = on.name.slice(0, on.name.lastIndexOf('.'));
    const names = value.columns.filter((name) => on.columns.has(name) && name !== 'j1' && name !== 'a1');
    const expression = value.expression === null ? undefined : scalar(value.expression, on.columns, world);
    // The server makes a partition's own index a part of one that sorts otherwise, or has other parameters: that is told, and no plan.
    const isLikePartitions = isPartitionedSlot(value.table) && names.join() === 'id,d1';
    const order = isLikePartitions ? null : value.order;
    const items = names.map((name, at) => {
      const pattern = value.operators && name === 's1' && on.columns.has('s1') ? ' text_pattern_ops' : '';
      return `${identifier(name)}${pattern}${at === 0 && order !== null ? ` ${order}` : ''}`;
    });
    const where = value.where === null ? undefined : condition(value.where, on.columns, world);
    const tail = where === undefined ? '' : ` where ${where}`;
    const isPartitioned = isPartitionedSlot(value.table);
    const said =
      value.comment === null
        ? []
        : [piece('carried', `comment on index ${schema}.${identifier(slot)} is 'about an index'`)];
    const create = (rest: string) => [piece('table part', `create ${rest}${tail}`), ...said];
    const head = `index ${identifier(slot)} on ${on.name}`;
    if (value.method === 'hash' && names.length > 0)
      return create(`${head} using hash (${identifier(names[0]!)})`);
    if (value.method === 'brin' && on.columns.has('id'))
      return create(`${head} using brin (id) with (pages_per_range=32)`);
    if (value.method === 'gin' && on.columns.has('a1')) return [];
    const all = expression === undefined ? items : [...items, `(${expression})`];
    if (all.length === 0) return [];
    const unique = value.unique && !isPartitioned ? 'unique ' : '';
    return create(
      [
        `${unique}${head} (${all.join(', ')})`,
        ...(value.include && on.columns.has('n2') ? ['include (n2)'] : []),
        ...(unique !== '' && value.nulls ? ['nulls not distinct'] : []),
        ...(value.fillfactor && !isLikePartitions ? ['with (fillfactor=80)'] : []),
      ].join(' '),
    );
  },
};

export const statistics: Family<{
  table: string;
  columns: string[];
  kinds: string | null;
  expression: number | null;
  target: number | null;
}> = {
  name: 'statistics',
  slots: ['measured'],
  filled: 4,
  arbitrary: fc.record({
    table: oneOf(...tablesAndPartitioned),
    columns: someOf('id', 'n1', 'd1', 'Odd', 'n2'),
    kinds: sometimes(oneOf('ndistinct', 'dependencies, mcv'), 4),
    expression: sometimes(fc.nat(6), 2),
    target: sometimes(oneOf(50, 200), 2),
  }),
  pieces(slot, { table, columns, kinds, expression, target }, world) {
    const on = tableAt(table, world);
    if (on === undefined) return [];
    const schema = on.name.slice(0, on.name.lastIndexOf('.'));
    const made = expression === null ? undefined : scalar(expression, on.columns, world);
    const items = [
      ...columns.filter((name) => on.columns.has(name)).map(identifier),
      ...(made === undefined ? [] : [`(${made})`]),
    ];
    if (items.length < 2) return [];
    const name = `${schema}.${slot}`;
    return [
      piece(
        'table part',
        `create statistics ${name}${kinds === null ? '' : ` (${kinds})`} on ${items.join(', ')} from ${on.name}`,
      ),
      ...(target === null ? [] : [piece('carried', `alter statistics ${name} set statistics ${target}`)]),
    ];
  },
};
