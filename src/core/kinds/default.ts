/** A column's default, or its generation expression: pg_attrdef holds both, and so does this kind. */
import { equal } from '../diff/diff.ts';
import { type Catalog, find } from '../model/catalog.ts';
import { type ColumnId, type DefaultId, type Key, type TableId, keyOf } from '../model/id.ts';
import { alterColumn, tableIn } from './alter-table.ts';
import { columnAt, inheritedDefault, isInherited } from './family.ts';
import { descendantsOf, onlyOf, parentsOf } from './parents.ts';
import type { Draft, Kind, Sides } from './kind.ts';
import type { ColumnAttributes, DefaultAttributes } from './parts.ts';
import { type TableAttributes, isMadeAnew } from './table.ts';

const columnOf = ({ schema, table, name }: DefaultId): ColumnId => ({ kind: 'column', schema, table, name });

export const columnDefault: Kind<DefaultId, DefaultAttributes> = {
  name: 'default',
  rank: 53,
  references: ({ id }) => [{ to: columnOf(id), type: 'auto' }],
  create({ id, attrs }, sides) {
    const clause = () =>
      attrs.generated === null
        ? `DEFAULT ${attrs.expression}`
        : `GENERATED ALWAYS AS (${attrs.expression}) ${attrs.generated.toUpperCase()}`;
    // Of a column that the table has from another, only the expression can be its own.
    const set = attrs.generated !== null && ofAnother(id, sides.to) ? expressionOf(attrs) : `SET ${clause()}`;
    const made = alterDefault(id, set, sides);
    return [
      {
        ...made,
        requires: [
          ...made.requires,
          keyOf(columnOf(id)),
          keyOf({ kind: 'table', schema: id.schema, name: id.table }),
        ],
        fold: { into: keyOf(columnOf(id)), rank: 0, clause },
      },
      ...restoredDefaults(id, sides),
    ];
  },
  // A plain column cannot become a generated one, nor (before 17) change its expression: its values are derived, so it may go and come.
  // Dropped alone (DROP EXPRESSION), it keeps them.
  replaces: ({ id, attrs }, { to }) =>
    attrs.generated === null || find(to, id) === undefined ? [] : [columnOf(id)],
  drop({ id, attrs }, sides) {
    if (find(sides.to, id) === undefined && isSetWithType(id, sides)) return [];
    // One that is made anew is gone in between.
    const isMadeAgain = attrs.generated === null && find(sides.to, id) !== undefined;
    const again = isMadeAgain ? undefined : inheritedDefault(sides.to, id)?.attrs;
    const action =
      attrs.generated !== null
        ? again === undefined
          ? 'DROP EXPRESSION'
          : expressionOf(again)
        : again === undefined
          ? 'DROP DEFAULT'
          : `SET DEFAULT ${again.expression}`;
    const set = alterDefault(id, action, sides);
    return [
      {
        ...set,
        produces: set.produces.filter((key) => key !== keyOf(id)),
        requires: isMadeAgain ? [] : set.requires,
        destroys: [keyOf(id)],
      },
      ...restoredDefaults(id, sides, [isSet(id)]),
    ];
  },
  alter(_changes, before, { id, attrs }, sides) {
    if (before.attrs.generated !== null || attrs.generated !== null)
      return ofAnother(id, sides.to) ? [alterDefault(id, expressionOf(attrs), sides)] : 'replace';
    if (isSetWithType(id, sides)) return [];
    return [alterDefault(id, `SET DEFAULT ${attrs.expression}`, sides), ...restoredDefaults(id, sides)];
  },
};

/** Whether the statement that changes the column's type says what becomes of its default: the server casts no expression along. */
export function isSetWithType(id: DefaultId, { from, to }: Sides): boolean {
  const [old, now] = [from, to].map((side) => ({
    value: find<DefaultId, DefaultAttributes>(side, id)?.attrs,
    type: find<ColumnId, ColumnAttributes>(side, columnOf(id))?.attrs.type,
    isInherited: isInherited(side, columnOf(id)),
    table: find<TableId, TableAttributes>(side, { kind: 'table', schema: id.schema, name: id.table })?.attrs,
  })) as [DefaultAt, DefaultAt];
  if (old.table === undefined || now.table === undefined || isMadeAnew(old.table, now.table)) return false;
  if (old.type === undefined || now.type === undefined || old.type === now.type) return false;
  if (old.isInherited && now.isInherited) return false;
  return old.value?.generated === null && (now.value?.generated ?? null) === null;
}
/** Whether a statement of its own makes, changes or drops it, and restores those below. */
export function isSetApart(id: DefaultId, sides: Sides): boolean {
  const [old, now] = [sides.from, sides.to].map((side) => find<DefaultId>(side, id)?.attrs);
  return !equal(old ?? null, now ?? null) && !isSetWithType(id, sides);
}
interface DefaultAt {
  readonly value: DefaultAttributes | undefined;
  readonly type: string | undefined;
  readonly isInherited: boolean;
  readonly table: TableAttributes | undefined;
}

/** Stands for: a default is as it will be, and with it that of every child that has none of its own. */
const isSet = (id: DefaultId) => `turn of setting ${keyOf(id)}` as Key;
const expressionOf = ({ expression }: DefaultAttributes) => `SET EXPRESSION AS (${expression})`;

/** Whether the column is no entry, because the table has it from another. */
const ofAnother = (id: DefaultId, catalog: Sides['to']) =>
  !catalog.entries.has(keyOf(columnOf(id))) && isInherited(catalog, columnOf(id));

/** A default is for all children, too: what is set for a parent, and theirs, is set before. */
function alterDefault(id: DefaultId, action: string, { from, to }: Sides): Draft {
  // Only of all at once is a generation expression set.
  const only = action.startsWith('SET EXPRESSION') && ofAnother(id, to) ? onlyOf(to, id) : '';
  const made = alterColumn(id, action, undefined, only);
  const above = !isAdded(id, { from, to })
    ? defaultsAbove(id, to).flatMap((each) => [keyOf(each), isSet(each)])
    : [];
  return { ...made, produces: [keyOf(id), isSet(id)], requires: above };
}

/** Whether it comes with its table's own column, which comes before its parents' do; a table that comes, comes after its parents. */
const isAdded = (id: DefaultId, { from, to }: Sides): boolean =>
  to.entries.has(keyOf(columnOf(id))) &&
  find(from, tableIn(to, id)) !== undefined &&
  columnAt(from, columnOf(id)) === undefined;

const defaultsAbove = (id: DefaultId, of: Catalog): DefaultId[] =>
  parentsOf(of, { schema: id.schema, name: id.table }).flatMap(({ schema, name }) => {
    const above = { ...id, schema, table: name };
    return [above, ...defaultsAbove(above, of)];
  });

/**
 * What is set for a parent is set for all its children, whatever they had.
 * @returns the statements after which those have their own defaults again.
 */
export function restoredDefaults(
  id: DefaultId,
  { from, to }: Sides,
  after: readonly Key[] = [keyOf(id)],
): Draft[] {
  const below = descendantsOf(from, { schema: id.schema, name: id.table })
    .map((child): DefaultId => ({ ...id, schema: child.schema, table: child.name }))
    // One that is above another first.
    .toSorted((a, b) => defaultsAbove(a, from).length - defaultsAbove(b, from).length);
  return below.flatMap((own) => {
    const [before, now] = [from, to].map((side) => find<DefaultId, DefaultAttributes>(side, own)?.attrs);
    const isOverwritten = !isAdded(id, { from, to }) && isAdded(own, { from, to });
    if (now === undefined || (!isOverwritten && before?.expression !== now.expression)) return [];
    const isPlain = now.generated === null;
    const set = isPlain ? `SET DEFAULT ${now.expression}` : expressionOf(now);
    const made = alterColumn(own, set, undefined, isPlain ? '' : onlyOf(to, own));
    const between = defaultsAbove(own, to).filter((each) => keyOf(each) !== keyOf(id));
    return [
      { ...made, produces: [isSet(own)], requires: [keyOf(columnOf(own)), ...after, ...between.map(isSet)] },
    ];
  });
}
