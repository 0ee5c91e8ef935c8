/** Views on tables, on other views and on functions; materialized views with indexes. */
import fc from 'fast-check';
import { identifier, qualified } from '../../../src/sql/quote.ts';
import { carried, flag, oneOf, rarely, schema, someOf, sometimes } from './common.ts';
import { condition, scalar } from './expression.ts';
import { carriedPieces, nameIn, piece, type Carried, type Family, type World } from './family.ts';
import { materializedSlots, tableAt, tablesAndPartitioned, viewSlots } from './relation.ts';

interface View {
  readonly schema: string;
  readonly carried: Carried;
  /** A table's slot, or a number: another view, or a function. */
  readonly source: string;
  readonly columns: readonly string[];
  readonly expression: number | null;
  readonly where: number | null;
  readonly renamed: boolean;
  readonly options: string | null;
  readonly union: boolean;
  readonly columnComment: boolean;
}

const view = (sources: readonly string[]) =>
  fc.record({
    schema,
    carried,
    source: oneOf(...sources),
    columns: someOf('id', 'n1', 's1', 'e1', 'd1', 'Odd', 'k1', 'a1', 'ref1').map((each) => each.slice(0, 4)),
    expression: sometimes(fc.nat(6), 4),
    where: sometimes(fc.nat(8), 4),
    renamed: flag(2),
    options: rarely(oneOf('security_barrier=true', 'security_invoker=true')),
    union: flag(1),
    columnComment: flag(1),
  });

/** The query, and the names of its columns. */
function query(value: View, world: World): { sql: string; columns: string[] } | undefined {
  const { source, columns, where, expression } = value;
  const [, family, slot] = /^(view|materialized|rows):(.*)$/.exec(source) ?? [];
  if (family !== undefined) {
    const name = nameIn(world, family === 'rows' ? 'table function' : family, slot!);
    if (name === undefined) return undefined;
    const from = family === 'rows' ? `${name}()` : name;
    return { sql: `select count(*) as many, 'x'::text as said from ${from} f`, columns: ['many', 'said'] };
  }
  const on = tableAt(source, world);
  if (on === undefined) return undefined;
  const present = columns.filter((name) => on.columns.has(name));
  const made = expression === null ? undefined : scalar(expression, on.columns, world);
  const all = [...present.map(identifier), ...(made === undefined ? [] : [`${made} as made`])];
  if (all.length === 0) return undefined;
  const filter = where === null ? undefined : condition(where, on.columns, world);
  const sql = `select ${all.join(', ')} from ${on.name}${filter === undefined ? '' : ` where ${filter}`}`;
  return {
    sql: value.union ? `${sql} union all ${sql}` : sql,
    columns: [...present, ...(made === undefined ? [] : ['made'])],
  };
}

export const plainView: Family<View> = {
  name: 'view',
  slots: viewSlots,
  filled: 8,
  arbitrary: view([
    ...tablesAndPartitioned,
    'view:overview',
    'view:on_top',
    'rows:other_rows',
    'rows:other_rows',
    'materialized:kept',
  ]),
  pieces(slot, value, world) {
    // A view is on those that stand before it.
    const at = (name: string) => (viewSlots as readonly string[]).indexOf(name);
    if (value.source.startsWith('view:') && at(value.source.slice(5)) >= at(slot)) return [];
    const found = query(value, world);
    if (found === undefined) return [];
    const name = qualified(value.schema, slot);
    const names = value.renamed ? found.columns.map((each) => identifier(`${each}_x`)) : undefined;
    const options = value.options === null ? '' : ` with (${value.options})`;
    return [
      piece(
        'view',
        `create view ${name}${names === undefined ? '' : ` (${names.join(', ')})`}${options} as ${found.sql}`,
      ),
      ...carriedPieces(value.carried, 'view', name, 'select'),
      ...(value.columnComment
        ? [
            piece(
              'carried',
              `comment on column ${name}.${names?.[0] ?? identifier(found.columns[0]!)} is 'of a view'`,
            ),
          ]
        : []),
    ];
  },
};

export const materializedView: Family<View & { index: boolean; filled: boolean }> = {
  name: 'materialized',
  slots: materializedSlots,
  filled: 4,
  arbitrary: fc
    .record({
      view: view([...tablesAndPartitioned, 'rows:other_rows', 'materialized:kept', 'view:overview']),
      index: flag(5),
      filled: flag(8),
    })
    .map(({ view, ...rest }) => ({ ...view, ...rest })),
  pieces(slot, value, world) {
    if (value.source === `materialized:${slot}`) return [];
    // One that reads a view comes after it; so that no view reads one that comes later, only `kept` is read.
    if (value.source.startsWith('view:') && slot === 'kept') return [];
    const found = query(value, world);
    if (found === undefined) return [];
    const name = qualified(value.schema, slot);
    const first = identifier(found.columns[0]!);
    return [
      piece(
        slot === 'kept' ? 'table function' : 'trigger',
        `create materialized view ${name} as ${found.sql}${value.filled ? '' : ' with no data'}`,
      ),
      ...(value.index && !['j1', 'k1'].includes(found.columns[0]!)
        ? [piece('trigger', `create index ${slot}_index on ${name} (${first})`)]
        : []),
      ...carriedPieces(value.carried, 'materialized view', name, 'select'),
    ];
  },
};
