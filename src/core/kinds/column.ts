/**
 * Columns of tables. The default, or the generation expression, is an entry of its own. A column that the table has from
 * another alone is no entry (`inherited-column`); one that is its own and the other's too is.
 */
import { identifier, qualified } from '../../sql/quote.ts';
import {
  type ColumnId,
  type DefaultId,
  type Key,
  type TableId,
  isType,
  keyOf,
  tablesOf,
} from '../model/id.ts';
import { type Catalog, edgeIndex, find } from '../model/catalog.ts';
import { accessExclusive, alterColumn, tableIn } from './alter-table.ts';
import {
  becomesInherited,
  checkedBelow,
  holdsRows,
  mergedBelow,
  ownBelow,
  passedDefault,
  passedOn,
  settingsBelow,
  toldBelow,
} from './column-below.ts';
import { dropColumn } from './column-drop.ts';
import { alterSettings, usualSettings } from './column-settings.ts';
import { isSetApart, isSetWithType, restoredDefaults } from './default.ts';
import type { DefaultAttributes } from './parts.ts';
import { columnAt, isInherited, isNotNullAbove } from './family.ts';
import { childrenOf, descendantsOf, onlyOf, parentsOf } from './parents.ts';
import { type ForeignOption, optionChanges, optionsClause, secretHazards } from './foreign-options.ts';
import { carriedAlong } from './identity-privileges.ts';
import { alterIdentity, identityClause, sequenceName, sequencePersistence } from './identity.ts';
import { draft, type Draft, type Kind, type Sides } from './kind.ts';
import {
  afterThoseAbove,
  aroundTypeChange,
  beforeThoseAbove,
  keptForKey,
  keyInTheWay,
  leftToThoseAbove,
  underItsOwnName,
} from './not-null-merged.ts';
import { sparingKeysBelow } from './not-null-keyed.ts';
import { alterNotNull, notNullAfter, notNullClause, roomFor } from './not-null.ts';
import type { ColumnAttributes } from './parts.ts';
import { type TableAttributes, isMadeAnew } from './table.ts';
import { addColumnHazards, isReadAgain, typeChange } from './rewrites.ts';

export const column: Kind<ColumnId, ColumnAttributes> = {
  name: 'column',
  rank: 51,
  references: ({ id }) => tablesOf(id).map((to) => ({ to, type: 'auto' })),
  create(entry, sides) {
    const { id, attrs, order } = entry;
    const tableId = tableIn(sides.to, id);
    const clause = (inner: readonly string[]) =>
      [
        identifier(id.name),
        `${attrs.type}${optionsClause(attrs.foreignOptions ?? [])}`,
        ...(attrs.collation === null ? [] : [`COLLATE ${attrs.collation}`]),
        ...inner,
        ...(passed === undefined ? [] : [`DEFAULT ${passed.expression}`]),
        ...(attrs.identity === null || isLate ? [] : [identityClause(id, attrs.identity)]),
        ...notNullClause(id, attrs, sides),
      ].join(' ');
    const table = qualified(id.schema, id.table);
    const merged = mergedBelow(id, sides);
    const isLate = attrs.identity !== null && hasChildrenInTheWay(id, sides);
    const passed = passedDefault(id, sides);
    return [
      draft((inner) => `ALTER TABLE ${table} ADD COLUMN ${clause(inner)}`, {
        produces: [keyOf(id), ...(isLate ? [] : sequenceName(id, attrs.identity))],
        requires: [keyOf(tableId), ...merged, roomFor(id), ...(passed?.requires ?? [])],
        locks: accessExclusive({ schema: id.schema, name: id.table }),
        hazards: [
          ...secretsOf(id, [], attrs.foreignOptions),
          ...(tableId.kind === 'table'
            ? addColumnHazards({ id, attrs: isLate ? { ...attrs, identity: null } : attrs }, sides.to)
            : []),
          ...checkedBelow(id, attrs, sides),
        ],
        fold: { into: keyOf(tableId), rank: order ?? 0, clause },
      }),
      ...(isLate
        ? alterIdentity(id, null, attrs.identity, isUnlogged(sides.to, id), carriedAlong(id, sides)).map(
            (made) => ({
              ...made,
              requires: [...made.requires, keyOf(id)],
            }),
          )
        : []),
      ...(attrs.identity === null || isLate
        ? []
        : sequencePersistence(id, attrs.identity, isUnlogged(sides.to, id))),
      ...notNullAfter(id, attrs).map((made) => ({ ...made, requires: [keyOf(id)] })),
      ...alterSettings(id, usualSettings, attrs, onlyOf(sides.to, id)),
    ];
  },
  drop({ id, attrs }, sides) {
    if (isInherited(sides.to, id) && stays({ kind: 'table', schema: id.schema, name: id.table }, sides))
      return becomesInherited(id, sides);
    return dropColumn({ id, attrs }, sides, (...alteration) => column.alter(...alteration));
  },
  alter(changes, before, after, sides) {
    const { id, attrs } = after;
    const { from, to } = sides;
    const drafts: Draft[] = [];
    const changed = new Set(changes.map(({ attr }) => attr as keyof ColumnAttributes));
    // Of a column that is another's too, the other's type is the type.
    const typeChanged =
      (changed.has('type') || changed.has('collation')) && !(isInherited(from, id) && isInherited(to, id));
    // An identity column is NOT NULL before it becomes one, and for as long as it is one.
    const { sooner, later } = notNullChange(id, before.attrs, attrs, sides);
    const identity = changed.has('identity')
      ? alterIdentity(id, before.attrs.identity, attrs.identity, isUnlogged(to, id), carriedAlong(id, sides))
      : [];
    // Nulls are allowed before the type changes: a child's NOT NULL of another name keeps the server from changing it.
    if (attrs.identity === null) drafts.push(...identity);
    if (!isNotNullAbove(to, id))
      drafts.push(
        ...sparingKeysBelow(id, later, sides),
        ...(later.length === 0 ? [] : alsoNullable(id, sides)),
      );
    else drafts.push(...leftToThoseAbove(id, before.attrs, attrs, sides));
    if (typeChanged && tableIn(to, id).kind === 'foreign-table')
      drafts.push(alterColumn(id, `TYPE ${attrs.type}${collate(attrs)}`));
    else if (typeChanged) {
      const viaText = isOfMadeType(from, id) && isOfMadeType(to, id);
      const { rewrites, isOtherCollation } = typeChange(before.attrs, attrs, sides, viaText);
      const work = !holdsRows(id, sides)
        ? undefined
        : rewrites
          ? 'rewrite'
          : isReadAgain(id, isOtherCollation, from)
            ? 'scan'
            : undefined;
      const change = alterType(before.attrs, { id, attrs }, sides, viaText, work);
      const withBelow = { ...change, produces: [...change.produces, ...ownBelow(id, sides)] };
      drafts.push(...aroundTypeChange(id, [withBelow], sides));
      const own: DefaultId = { ...id, kind: 'default' };
      if (!isSetApart(own, sides)) drafts.push(...restoredDefaults(own, sides, []));
    }
    // What forbids null may come in a later step.
    const early = [keyOf(id), ...ownBelow(id, sides)].map((key): [Key, string[]] => [key, earlyAttributes]);
    if (sooner.length > 0)
      drafts.splice(
        0,
        drafts.length,
        ...drafts.map((made) => ({ ...made, sets: Object.fromEntries(early) })),
      );
    const forbids = !before.attrs.notNull && attrs.notNull;
    const merged = forbids ? settingsBelow(id, sides) : [];
    const told = forbids ? toldBelow(id, sides) : [];
    const forbidding = sooner.map((made, at) => ({
      ...made,
      produces: [
        ...made.produces,
        ...(before.attrs.notNull ? [] : beforeThoseAbove(id, attrs, sides)),
        ...(at === sooner.length - 1 ? told : []),
      ],
      sets: Object.fromEntries(told.map((key) => [key, ['notNull']])),
      requires: [...made.requires, roomFor(id)],
      destroys: [...made.destroys, ...(at === sooner.length - 1 ? merged : [])],
    }));
    drafts.push(...underItsOwnName(id, attrs, forbidding, sides));
    if (attrs.identity !== null) drafts.push(...identity);
    if (changed.has('foreignOptions')) {
      const [old = [], now = []] = [before.attrs.foreignOptions, attrs.foreignOptions];
      const actions = optionChanges(old, now).trim();
      const set = alterColumn(id, actions);
      // A column of a plain table has none, and one of a foreign table may have as many.
      if (actions !== '') drafts.push({ ...set, hazards: secretsOf(id, old, now) });
    }
    // A type brings its own storage with it.
    const settings = typeChanged ? { ...before.attrs, storage: null } : before.attrs;
    drafts.push(...alterSettings(id, settings, attrs, onlyOf(to, id)));
    if (changed.has('compression') || changed.has('storage')) drafts.push(...passedOn(after, sides));
    return drafts;
  },
  makesWay: keyInTheWay,
};

/** A child's is its own once those above have lost theirs, which holds it until then. */
function notNullChange(
  id: ColumnId,
  before: ColumnAttributes,
  after: ColumnAttributes,
  sides: Sides,
): ReturnType<typeof alterNotNull> {
  const kept = keptForKey(id, after, sides);
  if (kept !== undefined) return { sooner: kept, later: [] };
  const { sooner, later } = alterNotNull(id, before, after, sides);
  const held = before.notNull || sides.to.serverVersion < 180000 ? afterThoseAbove(id, sides) : [];
  const free = (made: Draft): Draft => ({ ...made, requires: [...made.requires, ...held] });
  return { sooner: sooner.map(free), later: later.map(free) };
}

/** The server adds no identity column to a table that has children, nor, before 17, to one that has partitions. */
const hasChildrenInTheWay = ({ schema, table: name }: ColumnId, { from, to }: Sides): boolean =>
  childrenOf(from, { schema, name }).length > 0 &&
  !(
    to.serverVersion >= 170000 &&
    find<TableId, TableAttributes>(to, { kind: 'table', schema, name })?.attrs.kind === 'partitioned'
  );

/** What is altered before nulls are forbidden. */
const earlyAttributes: (keyof ColumnAttributes)[] = ['type', 'collation', 'storage'];

const collate = ({ collation }: ColumnAttributes) => (collation === null ? '' : ` COLLATE ${collation}`);
const secretsOf = (
  id: ColumnId,
  before: readonly ForeignOption[],
  after: readonly ForeignOption[] | undefined,
) => {
  const column = `FOREIGN TABLE ${qualified(id.schema, id.table)} ALTER COLUMN ${identifier(id.name)}`;
  return secretHazards(column, before, after ?? []);
};

const isUnlogged = (catalog: Catalog, id: ColumnId) =>
  find(catalog, tableIn(catalog, id) as TableId)?.attrs['persistence'] === 'unlogged';

/**
 * From 18 a partition keeps the NOT NULL that is its own too, which no catalog of ours tells: that of a table that was
 * attached, or got its primary key before its parent did. Where it has none, the statement does nothing.
 */
function alsoNullable(id: ColumnId, { from, to }: Sides): Draft[] {
  if (to.serverVersion < 180000) return [];
  return partitionsOf(id, { from, to }).flatMap((own) => {
    if (columnAt(to, own)?.attrs.notNull !== false) return [];
    const parents = parentsOf(from, { schema: own.schema, name: own.table });
    const requires = parents.map(({ schema, name }) => nullable({ ...id, schema, table: name }));
    return [
      { ...alterColumn(own, 'DROP NOT NULL'), produces: [nullable(own)], requires: [keyOf(id), ...requires] },
    ];
  });
}

/** Stands for: a partition's column may be null. */
const nullable = (id: ColumnId) => `turn of nullable ${keyOf(id)}` as Key;

/** Whether a table is neither dropped nor made anew. */
function stays(id: TableId, { from, to }: Sides): boolean {
  const [before, after] = [from, to].map((side) => find<TableId, TableAttributes>(side, id)?.attrs);
  return before !== undefined && after !== undefined && !isMadeAnew(before, after);
}

/** @returns a column's partitions, and theirs, that stay. */
const partitionsOf = (id: ColumnId, sides: Sides): ColumnId[] =>
  descendantsOf(sides.from, { schema: id.schema, name: id.table })
    .filter(({ schema, name }) => sides.from.entries.has(keyOf({ kind: 'partition', schema, name })))
    .filter((table) => stays(table, sides))
    .map(({ schema, name }) => ({ ...id, schema, table: name }));

/** Whether somebody made the type that the column is of: between two such there is no cast. */
const isOfMadeType = (catalog: Catalog, id: ColumnId) =>
  (edgeIndex(catalog).byDependent.get(keyOf(id)) ?? []).some(({ referenced }) => {
    const entry = catalog.entries.get(referenced);
    return entry !== undefined && isType(entry.id);
  });

const isGeneratedIn = (side: Catalog, id: ColumnId): boolean =>
  (find<DefaultId, DefaultAttributes>(side, { ...id, kind: 'default' })?.attrs.generated ?? null) !== null;

/**
 * A type change casts the values explicitly, because an assignment cast need not exist. A default is taken off
 * first and put back after: its expression is not cast along.
 */
function alterType(
  before: ColumnAttributes,
  { id, attrs: after }: { readonly id: ColumnId; readonly attrs: ColumnAttributes },
  { from, to }: Sides,
  viaText: boolean,
  work: 'rewrite' | 'scan' | undefined,
): Draft {
  const name = identifier(id.name);
  // Of a generated column the server makes the values anew, and takes no USING.
  const isGenerated = [from, to].every((side) => isGeneratedIn(side, id));
  const using =
    before.type === after.type || isGenerated
      ? ''
      : ` USING ${name}${viaText ? '::text' : ''}::${after.type}`;
  const action = `TYPE ${after.type}${collate(after)}${using}`;
  const change = alterColumn(id, action, work);
  if (!isSetWithType({ ...id, kind: 'default' }, { from, to })) return change;
  const column = `ALTER COLUMN ${name}`;
  const own = keyOf({ ...id, kind: 'default' });
  const now = find<DefaultId, DefaultAttributes>(to, { ...id, kind: 'default' })?.attrs;
  const back = now === undefined ? '' : `,\n  ${column} SET DEFAULT ${now.expression}`;
  const sql = `ALTER TABLE ${qualified(id.schema, id.table)}\n  ${column} DROP DEFAULT,\n  ${column} ${action}${back}`;
  const needed = (edgeIndex(to).byDependent.get(own) ?? []).map(({ referenced }) => referenced);
  return {
    ...change,
    render: () => sql,
    ...(now === undefined
      ? { destroys: [...change.destroys, own] }
      : {
          produces: [...change.produces, own],
          requires: [...change.requires, ...needed.filter((key) => key !== keyOf(id))],
        }),
  };
}
