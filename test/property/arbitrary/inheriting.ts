/** Children of plain tables, by INHERITS: with what they have of their own, and what they have over again. */
import fc from 'fast-check';
import { qualified } from '../../../src/sql/quote.ts';
import { carried, flag, sometimes } from './common.ts';
import { typeClause } from './column.ts';
import { condition } from './expression.ts';
import { carriedPieces, piece, valueOf, type Carried, type Family, type World } from './family.ts';
import { columnsOf, type Table, tableName } from './table.ts';

export const inheritingSlots = ['child', 'Grand child'] as const;
// The same on both sides, as is the schema, which is the parent's: no statement makes a column, or from 18 a NOT NULL, that
// is a table's own its parent's alone.
const [parent, merged, forbidding] = ['users', 's1', 'id'];
const isChild = (slot: string) => (inheritingSlots as readonly string[]).includes(slot);

interface Inheriting {
  readonly carried: Carried;
  /** Of a grandchild: of its grandparent as well. */
  readonly twice: boolean;
  readonly extra: boolean;
  readonly default: number | null;
  readonly check: number | null;
  readonly key: boolean;
  readonly comment: boolean;
  readonly rows: number;
}

export const inheriting: Family<Inheriting> = {
  name: 'inheriting',
  slots: inheritingSlots,
  filled: 4,
  arbitrary: fc.record({
    carried,
    twice: flag(3),
    extra: flag(6),
    default: sometimes(fc.nat(1), 2),
    check: sometimes(fc.nat(8)),
    key: flag(3),
    comment: flag(1),
    rows: fc.nat(2),
  }),
  pieces(slot, value, world) {
    const parents = parentsOf(slot, world);
    if (parents.length === 0) return [];
    const name = inheritingAt(slot, world)!.name;
    const columns = inheritedColumns(slot, world);
    const extra = slot === 'child' ? 'extra' : 'more';
    const clauses = [
      ...(columns.has(merged) ? [`${merged} ${columns.get(merged)!}`] : []),
      ...(value.extra ? [`${extra} integer default 3`] : []),
    ];
    const check = value.check === null ? undefined : condition(value.check, columns, world);
    const part = (text: string) => piece('table part', `alter table ${name} ${text}`);
    return [
      // A grandchild's statement comes after the child's.
      piece('partition', `create table ${name}`, clauses, ` inherits (${parents.join(', ')})`),
      ...(columns.has(forbidding) ? [part(`alter ${forbidding} set not null`)] : []),
      ...(value.default !== null && columns.has('n1')
        ? [part(`alter n1 set default ${value.default + 5}`)]
        : []),
      ...(check === undefined ? [] : [part(`add constraint own check (${check})`)]),
      ...(value.key && columns.has('id') ? [part('add primary key (id)')] : []),
      ...(value.comment && value.extra
        ? [piece('carried', `comment on column ${name}.${extra} is 'of a child'`)]
        : []),
      ...carriedPieces(value.carried, 'table', name, 'select, insert'),
      ...Array.from({ length: value.rows }, (_, row) =>
        piece(
          'row',
          `insert into ${name} ${columns.has('id') ? `(id) values (${row + 1})` : 'default values'}`,
        ),
      ),
    ];
  },
};

const valueAt = (slot: string, world: World) => valueOf(world, 'inheriting', slot) as Inheriting | undefined;

/** The slots above a child: the nearest first. */
function slotsAbove(slot: string, world: World): string[] {
  const value = valueAt(slot, world);
  if (value === undefined) return [];
  return slot === 'child' ? [parent] : ['child', ...slotsAbove('child', world)];
}

/** @returns the parents' names; none if one is not there. */
function parentsOf(slot: string, world: World): string[] {
  const slots = slotsAbove(slot, world);
  const direct = slots.slice(0, (valueAt(slot, world)?.twice ?? false) ? 2 : 1);
  // Two parents with a default each of one column: the server asks for one of the child's own.
  const merging = valueAt('child', world)?.default === null ? direct : direct.slice(0, 1);
  const names = merging.map((each) =>
    each === 'child' ? inheritingAt(each, world)?.name : tableName(each, world),
  );
  return names.every((name) => name !== undefined) ? names : [];
}

/** @returns name → type of what it has from its parents; generated columns aside. */
function inheritedColumns(slot: string, world: World): ReadonlyMap<string, string> {
  const top = slotsAbove(slot, world).at(-1);
  if (top === undefined) return new Map();
  const { columns } = valueOf(world, 'table', top) as Table;
  return new Map(
    [...columnsOf(top, world).keys()].map((name) => [name, typeClause(name, columns[name]!, world)!]),
  );
}

/** @returns a child with its columns, or undefined if it or its parent is not there. */
export function inheritingAt(
  slot: string,
  world: World,
): { readonly name: string; readonly columns: ReadonlyMap<string, string> } | undefined {
  const value = valueAt(slot, world);
  if (!isChild(slot) || value === undefined || parentsOf(slot, world).length === 0) return undefined;
  const { schema } = valueOf(world, 'table', parent) as Table;
  return { name: qualified(schema, slot), columns: inheritedColumns(slot, world) };
}
