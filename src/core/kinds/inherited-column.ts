/** What a column has of its own though its table has it from another table or a type. A default of its own is a default's entry. */
import { identifier } from '../../sql/quote.ts';
import type { Catalog } from '../model/catalog.ts';
import { type ColumnId, type InheritedColumnId, type Key, type TableId, keyOf } from '../model/id.ts';
import { alterSettings, usualSettings } from './column-settings.ts';
import { columnAt, isNotNullAbove } from './family.ts';
import { isChild, onlyOf, parentsOf } from './parents.ts';
import type { Draft, Kind, Sides } from './kind.ts';
import { beforeThoseAbove, keptForKey, keyInTheWay, leftToThoseAbove } from './not-null-merged.ts';
import { sparingKeysBelow } from './not-null-keyed.ts';
import { alterNotNull, keyGone, notNullName, roomFor } from './not-null.ts';
import { alterColumn, alterTable } from './alter-table.ts';
import type { InheritedColumnAttributes } from './parts.ts';

const usual: InheritedColumnAttributes = { ...usualSettings, notNull: false, notNullConstraint: null };
const tableOf = ({ schema, table }: InheritedColumnId): TableId => ({ kind: 'table', schema, name: table });

function change(
  id: InheritedColumnId,
  before: InheritedColumnAttributes,
  wanted: InheritedColumnAttributes,
  { from, to }: Sides,
): Draft[] {
  const column: ColumnId = { ...id, kind: 'column' };
  const compression = wanted.compression ?? columnAt(to, column)?.attrs.compression ?? null;
  const storage = columnAt(to, column)?.attrs.storage ?? null;
  const after = {
    ...wanted,
    ...(before.compression === wanted.compression ? {} : { compression }),
    ...(before.storage === null || wanted.storage !== null
      ? {}
      : { storage: storage ?? typesOwn(column, before, from) }),
  };
  // What the parent forbids, no child allows.
  const forbidden = !after.notNull && isNotNullAbove(to, column);
  const along = isRenamedAbove(column, before, after, { from, to });
  const renamed =
    before.notNull && isNotNullAbove(to, column) && !along ? named(column, before, after, { from, to }) : [];
  const kept = keptForKey(column, after, { from, to });
  const { sooner, later } =
    forbidden || kept !== undefined
      ? { sooner: [], later: [] }
      : alterNotNull(column, renamed.length > 0 || along ? { ...before, ...nameOf(after) } : before, after, {
          from,
          to,
        });
  // What the parent's was merged with outlives it, under the parent's name.
  const cleared =
    kept === undefined &&
    !before.notNull &&
    after.notNull &&
    to.serverVersion >= 180000 &&
    isNotNullAbove(from, column) &&
    !isNotNullAbove(to, column)
      ? [alterColumn(column, 'DROP NOT NULL')]
      : [];
  const ahead = before.notNull ? [] : beforeThoseAbove(column, after, { from, to });
  return [
    ...renamed,
    ...(kept ?? []),
    ...leftToThoseAbove(column, before, after, { from, to }),
    ...[
      ...cleared,
      ...sooner,
      ...sparingKeysBelow(column, later, { from, to }),
      ...alterSettings(column, before, after, onlyOf(to, id)),
    ].map((made) => ({
      ...made,
      produces: cleared.includes(made) ? [clearedOf(column)] : sooner.includes(made) ? ahead : [],
      isAhead: ahead.length > 0 && sooner.includes(made),
      requires: [
        keyOf(tableOf(id)),
        ...(ahead.length > 0 && sooner.includes(made) ? [] : parentColumns(to, column)),
        ...(cleared.length > 0 && sooner.includes(made) ? [roomFor(column), clearedOf(column)] : []),
        ...made.requires.filter((key) => key === keyGone(id)),
      ],
      ...(sooner.includes(made) ? withTable(column, after, to) : {}),
    })),
  ];
}

/** From 18 a child that is made says its own name for a NOT NULL: later, its parent's would have given it another. */
function withTable(id: ColumnId, after: InheritedColumnAttributes, to: Catalog): Pick<Draft, 'fold'> {
  if (to.serverVersion < 180000 || after.notNullConstraint?.valid === false) return {};
  if (!isChild(to, { schema: id.schema, name: id.table })) return {};
  const inherits = after.notNullConstraint?.inherits === false ? ' NO INHERIT' : '';
  const name = identifier(notNullName(id, after)!);
  const clause = () => `CONSTRAINT ${name} NOT NULL ${identifier(id.name)}${inherits}`;
  return { fold: { into: keyOf(tableOf({ ...id, kind: 'inherited-column' })), rank: 9_000, clause } };
}

/** The storage that the column's type has, as far as the parent tells. */
const typesOwn = (id: ColumnId, { storage }: InheritedColumnAttributes, from: Catalog) => {
  const is = columnAt(from, { ...id, ...parentOf(from, id) })?.attrs.storage?.usual ?? storage!.usual;
  return { is, usual: is };
};
const parentOf = (catalog: Catalog, id: ColumnId) => {
  const parent = parentsOf(catalog, { schema: id.schema, name: id.table })[0];
  return parent === undefined ? {} : { schema: parent.schema, table: parent.name };
};

/** The table's own NOT NULL gets the name that it will have before its parent has one: afterwards it keeps its name. */
function named(
  id: ColumnId,
  before: InheritedColumnAttributes,
  own: InheritedColumnAttributes,
  { from, to }: Sides,
): Draft[] {
  const isPartition = to.entries.has(keyOf({ kind: 'partition', schema: id.schema, name: id.table }));
  if (to.serverVersion < 180000 || (!isPartition && !own.notNull)) return [];
  const after = own.notNull ? own : columnAt(to, id)!.attrs;
  const [old, now] = [notNullName(id, before)!, notNullName(id, after)!];
  if (old === now) return [];
  const parents = parentsOf(to, { schema: id.schema, name: id.table });
  const rename = alterTable(
    { schema: id.schema, name: id.table },
    `RENAME CONSTRAINT ${identifier(old)} TO ${identifier(now)}`,
  );
  const above = parents.map((parent): ColumnId => ({ ...id, schema: parent.schema, table: parent.name }));
  // What a parent has too cannot be renamed: only once the parent's has been taken off, and before it comes again.
  const requires = isNotNullAbove(from, id) ? above.map(clearedOf) : [];
  return [{ ...rename, produces: above.map(roomFor), requires, isAhead: true }];
}

/** Whether a parent's NOT NULL gets another name, and this one, which had the same, with it. */
function isRenamedAbove(
  id: ColumnId,
  before: InheritedColumnAttributes,
  after: InheritedColumnAttributes,
  { from, to }: Sides,
): boolean {
  if (to.serverVersion < 180000) return false;
  const names = [notNullName(id, before), notNullName(id, after)];
  if (names.includes(undefined) || names[0] === names[1]) return false;
  return parentsOf(to, { schema: id.schema, name: id.table }).some(({ schema, name }) => {
    const above: ColumnId = { ...id, schema, table: name };
    const keys = [above, { ...above, kind: 'inherited-column' as const }].map(keyOf);
    const isOwn = [from, to].every(({ entries }) =>
      keys.some((key) => entries.get(key)?.attrs['notNull'] === true),
    );
    const [old, now] = [from, to].map((side) => {
      const found = columnAt(side, above);
      return found === undefined ? undefined : notNullName(above, found.attrs);
    });
    return isOwn && old === names[0] && now === names[1];
  });
}

/** Stands for: what was left of a parent's NOT NULL is taken off. */
const clearedOf = ({ schema, table, name }: ColumnId) => `turn of clearing ${schema}.${table}.${name}` as Key;

const nameOf = ({ notNullConstraint }: InheritedColumnAttributes) => ({ notNullConstraint });

const parentColumns = (catalog: Catalog, id: ColumnId) =>
  parentsOf(catalog, { schema: id.schema, name: id.table }).map(({ schema, name }) =>
    keyOf({ ...id, schema, table: name }),
  );

export const inheritedColumn: Kind<InheritedColumnId, InheritedColumnAttributes> = {
  name: 'inherited-column',
  rank: 52,
  references: ({ id }) => [{ to: tableOf(id), type: 'auto' }],
  create: ({ id, attrs }, sides) => last(change(id, usual, attrs, sides), { produces: [keyOf(id)] }),
  drop: ({ id, attrs }, sides) => last(change(id, attrs, usual, sides), { destroys: [keyOf(id)] }),
  alter: (_changes, before, { id, attrs }, sides) => change(id, before.attrs, attrs, sides),
  makesWay: (id, sides) => keyInTheWay({ ...id, kind: 'column' }, sides),
};

/** The last of the statements completes the entry. */
function last(drafts: Draft[], { produces = [], destroys = [] }: Partial<Draft>): Draft[] {
  return drafts.map((made, at) =>
    at === drafts.length - 1
      ? { ...made, produces: [...made.produces, ...produces], destroys: [...made.destroys, ...destroys] }
      : made,
  );
}
