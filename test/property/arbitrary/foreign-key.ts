import fc from 'fast-check';
import { identifier } from '../../../src/sql/quote.ts';
import { flag, oneOf, rarely, sometimes } from './common.ts';
import { piece, type Family } from './family.ts';
import { partitionedSlots } from './partitioned.ts';
import { columnsOf, keysOf, tableName, tableSlots } from './table.ts';

export const foreignKey: Family<{
  from: string;
  to: string;
  key: number;
  first: boolean;
  onDelete: string | null;
  onUpdate: string | null;
  deferrable: string | null;
  notValid: boolean;
  full: boolean;
  comment: boolean;
}> = {
  name: 'foreign key',
  slots: ['points_to', 'Points back', 'also_points', 'fk'],
  filled: 7,
  arbitrary: fc.record({
    from: oneOf(...tableSlots, ...tableSlots, ...partitionedSlots),
    to: oneOf(...tableSlots),
    key: fc.nat(3),
    first: flag(7),
    onDelete: sometimes(oneOf('cascade', 'set null', 'restrict', 'set default')),
    onUpdate: rarely(oneOf('cascade')),
    deferrable: sometimes(oneOf('deferrable', 'deferrable initially deferred'), 2),
    notValid: flag(2),
    full: flag(1),
    comment: flag(1),
  }),
  pieces(slot, value, world) {
    const { from, to, key, first, onDelete, onUpdate, deferrable, notValid, full, comment } = value;
    const [table, target] = [tableName(from, world), tableName(to, world)];
    const keys = keysOf(to, world);
    const referenced = keys[key % Math.max(1, keys.length)];
    if (table === undefined || target === undefined || referenced === undefined) return [];
    const own = (referenced.length === 1 ? [first ? 'ref1' : 'ref2'] : ['ref2', 'ref1']).filter((name) =>
      columnsOf(from, world).has(name),
    );
    if (own.length < referenced.length) return [];
    const isPartitioned = (partitionedSlots as readonly string[]).includes(from);
    const sql = [
      `alter table ${table} add constraint ${identifier(slot)} foreign key (${own.join(', ')})`,
      `references ${target} (${referenced.join(', ')})`,
      ...(full ? ['match full'] : []),
      ...(onDelete === null ? [] : [`on delete ${onDelete}`]),
      ...(onUpdate === null ? [] : [`on update ${onUpdate}`]),
      ...(deferrable === null ? [] : [deferrable]),
      // Of partitioned tables only from 18.
      ...(notValid && !(isPartitioned && world.major < 18) ? ['not valid'] : []),
    ].join(' ');
    return [
      piece('table part', sql),
      ...(comment
        ? [piece('carried', `comment on constraint ${identifier(slot)} on ${table} is 'points'`)]
        : []),
    ];
  },
};
