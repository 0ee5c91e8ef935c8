/** What DROP COLUMN comes to for the tables that have the column from there: it may go with it, or stay with them. */
import { equal } from '../diff/diff.ts';
import { identifier, qualified } from '../../sql/quote.ts';
import { edgeIndex, find } from '../model/catalog.ts';
import type { Alter } from '../model/change.ts';
import type { Entry } from '../model/entry.ts';
import { type ColumnId, type Key, type TableId, keyOf } from '../model/id.ts';
import { accessExclusive, alterColumn, loss, tableIn } from './alter-table.ts';
import { columnGone } from './column-below.ts';
import { columnAt } from './family.ts';
import { sequenceName } from './identity.ts';
import { draft, type Draft, type Kind, type Sides } from './kind.ts';
import { type Named, ancestorsOf, childrenOf, parentsOf } from './parents.ts';
import type { ColumnAttributes } from './parts.ts';

type Alteration = Kind<ColumnId, ColumnAttributes>['alter'];

/** @param alter what changes one column to another: those that children keep may be wanted otherwise. */
export function dropColumn(
  { id, attrs }: Entry<ColumnId, ColumnAttributes>,
  sides: Sides,
  alter: Alteration,
): Draft[] {
  const isForeign = tableIn(sides.from, id).kind === 'foreign-table';
  const drop = (table: Named, only: string) =>
    draft(`ALTER TABLE ${only}${qualified(table.schema, table.name)} DROP COLUMN ${identifier(id.name)}`, {
      destroys: [keyOf(id), ...sequenceName(id, attrs.identity)],
      // One that is of a table above too can go only after that one's.
      produces: [columnGone(id)],
      requires: ancestorsOf(sides.from, { schema: id.schema, name: id.table }).map((above) =>
        columnGone({ ...id, schema: above.schema, table: above.name }),
      ),
      locks: accessExclusive(table),
      // A foreign table's values are elsewhere.
      hazards: isForeign ? [] : [loss(table, `drops column ${identifier(id.name)} and its values`)],
    });
  // Taken from a table alone, the column stays where it is wanted below.
  const takeFrom = ({ table, kept, others, isGone }: Leaving, after: readonly Key[]): Draft[] => {
    const made = drop(table, isGone ? '' : 'ONLY ');
    const own: ColumnId = { ...id, schema: table.schema, table: table.name };
    const nullable = isGone ? [] : notNullLeft(own, after, sides);
    const before = nullable.flatMap(({ produces }) => produces);
    const first = { ...made, requires: [...made.requires, ...after, ...before] };
    if (isGone) return [first];
    const done = `turn of leaving ${keyOf(own)} to the children` as Key;
    const left = kept.map((child): ColumnId => ({ ...id, schema: child.schema, table: child.name }));
    return [
      ...nullable,
      { ...first, produces: [...first.produces, done, ...left.map(keyOf)] },
      ...left.flatMap((each) => asWanted(each, done, sides, alter)),
      ...others.flatMap((each) => takeFrom(each, [done])),
    ];
  };
  return takeFrom(leaving(id, sides), []);
}

/** What becomes of a column that goes from a table for the tables that have it from there alone. */
interface Leaving {
  readonly table: Named;
  /** The children that keep it, as their own. */
  readonly kept: readonly TableId[];
  /** Those that do not. */
  readonly others: readonly Leaving[];
  /** Whether none below keeps it. */
  readonly isGone: boolean;
}

/** @returns it for the table of a column that goes. */
function leaving(id: ColumnId, sides: Sides): Leaving {
  const { kept, others } = leftToChildren(id, sides);
  const below = others.map(({ schema, name }) => leaving({ ...id, schema, table: name }, sides));
  const isGone = kept.length === 0 && below.every((each) => each.isGone);
  return { table: { schema: id.schema, name: id.table }, kept, others: below, isGone };
}

function leftToChildren(id: ColumnId, { from, to }: Sides): { kept: TableId[]; others: TableId[] } {
  const children = childrenOf(from, { schema: id.schema, name: id.table });
  const [kept, others]: [TableId[], TableId[]] = [[], []];
  const links = (child: TableId) =>
    parentsOf(to, child).some(({ schema, name }) => schema === id.schema && name === id.table);
  for (const child of children) {
    const own = { ...id, schema: child.schema, table: child.name };
    const [was, is] = [find(from, own), find<ColumnId, ColumnAttributes>(to, own)];
    const type = columnAt(from, own)?.attrs.type;
    if (was === undefined && links(child)) (is?.attrs.type === type ? kept : others).push(child);
  }
  return { kept, others };
}

/** From 18 children keep a NOT NULL as their own only where it is the constraint that goes, and not the column with it. */
function notNullLeft(id: ColumnId, after: readonly Key[], { from }: Sides): Draft[] {
  if (from.serverVersion < 180000 || columnAt(from, id)?.attrs.notNull !== true) return [];
  const isOfKey = (edgeIndex(from).byReferenced.get(keyOf(id)) ?? []).some(
    ({ dependent }) => from.entries.get(dependent)!.attrs['type'] === 'p',
  );
  if (isOfKey) return [];
  const turn = `turn of leaving the NOT NULL of ${keyOf(id)} to the children` as Key;
  return [{ ...alterColumn(id, 'DROP NOT NULL', undefined, 'ONLY '), produces: [turn], requires: after }];
}

/** What a child keeps of its parent's column is as it was there. @param left when it is the child's own. */
function asWanted(id: ColumnId, left: Key, sides: Sides, alter: Alteration): Draft[] {
  const [before, after] = [columnAt(sides.from, id), find<ColumnId, ColumnAttributes>(sides.to, id)];
  if (before === undefined || after === undefined) return [];
  const changes = (Object.keys(after.attrs) as (keyof ColumnAttributes)[])
    .filter((attr) => !equal(before.attrs[attr] ?? null, after.attrs[attr] ?? null))
    .map((attr): Alter => ({ op: 'alter', id, attr, from: null, to: null }));
  const made = changes.length === 0 ? [] : alter(changes, before, after, sides);
  if (typeof made === 'string') return [];
  const turn = (at: number) => `turn ${at} of what is left of ${keyOf(id)}` as Key;
  return made.map((each, at) => ({
    ...each,
    produces: [...each.produces, turn(at)],
    requires: [...each.requires, left, ...(at === 0 ? [] : [turn(at - 1)])],
  }));
}
