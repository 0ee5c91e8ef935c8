/** A column's default, or its generation expression: pg_attrdef holds both, and so does this kind. */
import { find } from '../model/catalog.ts';
import { type ColumnId, type DefaultId, type Key, type TableId, keyOf } from '../model/id.ts';
import { alterColumn } from './alter-table.ts';
import { inheritedDefault, isInherited } from './family.ts';
import { descendantsOf, onlyOf } from './parents.ts';
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
    return [
      {
        ...alterDefault(id, set, sides),
        requires: [keyOf(columnOf(id)), keyOf({ kind: 'table', schema: id.schema, name: id.table })],
        fold: { into: keyOf(columnOf(id)), rank: 0, clause },
      },
      ...restoredDefaults(id, sides),
    ];
  },
  // A plain column cannot become a generated one, nor (before 17) change its expression: its values are derived, so it may go and come.
  // Dropped alone (DROP EXPRESSION), it keeps them.
  replaces: ({ id, attrs }, { to }) =>
    attrs.generated === null || find(to, id) === undefined ? undefined : columnOf(id),
  drop({ id, attrs }, sides) {
    if (find(sides.to, id) === undefined && isSetWithType(id, sides)) return [];
    const again = inheritedDefault(sides.to, id)?.attrs;
    const action =
      attrs.generated !== null
        ? again === undefined
          ? 'DROP EXPRESSION'
          : expressionOf(again)
        : again === undefined
          ? 'DROP DEFAULT'
          : `SET DEFAULT ${again.expression}`;
    const restored = restoredDefaults(id, sides, [dropped(id)]);
    return [
      {
        ...alterDefault(id, action, sides),
        produces: restored.length === 0 ? [] : [dropped(id)],
        destroys: [keyOf(id)],
      },
      ...restored,
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
interface DefaultAt {
  readonly value: DefaultAttributes | undefined;
  readonly type: string | undefined;
  readonly isInherited: boolean;
  readonly table: TableAttributes | undefined;
}

const dropped = (id: DefaultId) => `turn of dropping ${keyOf(id)}` as Key;
const expressionOf = ({ expression }: DefaultAttributes) => `SET EXPRESSION AS (${expression})`;

/** Whether the column is no entry, because the table has it from another. */
const ofAnother = (id: DefaultId, catalog: Sides['to']) =>
  !catalog.entries.has(keyOf(columnOf(id))) && isInherited(catalog, columnOf(id));

/** A default of a child's own is for the child only; that of a parent is for all its children. */
function alterDefault(id: DefaultId, action: string, { to }: Sides): Draft {
  const made = alterColumn(id, action, undefined, ofAnother(id, to) ? onlyOf(to, id) : '');
  return { ...made, produces: [keyOf(id)], requires: [] };
}

/**
 * What is set for a parent is set for all its children, whatever they had.
 * @returns the statements after which those have their own defaults again.
 */
export function restoredDefaults(
  id: DefaultId,
  { from, to }: Sides,
  after: readonly Key[] = [keyOf(id)],
): Draft[] {
  return descendantsOf(from, { schema: id.schema, name: id.table }).flatMap((child) => {
    const own: DefaultId = { ...id, schema: child.schema, table: child.name };
    const [before, now] = [from, to].map((side) => find<DefaultId, DefaultAttributes>(side, own)?.attrs);
    if (before === undefined || now === undefined || before.expression !== now.expression) return [];
    const set = now.generated === null ? `SET DEFAULT ${now.expression}` : expressionOf(now);
    return [{ ...alterColumn(own, set, undefined, onlyOf(to, own)), produces: [], requires: after }];
  });
}
