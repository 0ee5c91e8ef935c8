/** What a change of a table's column comes to for the tables that have it from there, or from elsewhere: partitions, children. */
import { identifier, qualified } from '../../sql/quote.ts';
import { edgeIndex, find } from '../model/catalog.ts';
import { type ColumnId, type DefaultId, type Key, type TableId, keyOf, nameOf } from '../model/id.ts';
import { inputError } from '../model/problem.ts';
import type { Hazard } from '../model/statement.ts';
import { accessExclusive, tableIn } from './alter-table.ts';
import { alterSettings } from './column-settings.ts';
import { columnAt, inheritedDefault, isInherited } from './family.ts';
import { draft, type Draft, type Sides } from './kind.ts';
import { roomFor } from './not-null.ts';
import { ancestorsOf, descendantsOf } from './parents.ts';
import type { NotNullAttributes } from './parts.ts';

/** @returns the columns of the tables below that are their own as well: they are added before the parent's, which then merges with them. */
export function mergedBelow(id: ColumnId, { from, to }: Sides): Key[] {
  const before = descendantsOf(from, { schema: id.schema, name: id.table });
  return before
    .map((child) => keyOf({ ...id, schema: child.schema, table: child.name }))
    .filter((key) => to.entries.has(key));
}

/** @returns what a new column that forbids null does to the tables below whose own column it is merged with: from 18 on, NOT NULL is theirs then, and checked. */
export function checkedBelow(id: ColumnId, attrs: NotNullAttributes, sides: Sides): Hazard[] {
  const { inherits, valid } = attrs.notNullConstraint ?? { inherits: true, valid: true };
  if (sides.to.serverVersion < 180000 || !attrs.notNull || !inherits || !valid) return [];
  return mergedBelow(id, sides).flatMap((key) => {
    const { id: own, attrs: its } = sides.to.entries.get(key)!;
    if (own.kind !== 'column' || its['notNull'] === true) return [];
    const object = qualified(own.schema, own.table);
    return [{ name: 'scan', object, detail: 'reads every row under the lock' }];
  });
}

/** @returns the columns of the tables below that are their own as well: what changes the parent's type, changes theirs. Those that leave have left before. */
export function ownBelow(id: ColumnId, { from, to }: Sides): Key[] {
  return stayingBelow(id, { from, to })
    .map((child) => keyOf({ ...id, schema: child.schema, table: child.name }))
    .filter((key) => from.entries.has(key) && to.entries.has(key));
}

/** @returns whether a table can hold rows while a column of it changes: a partitioned one does in the partitions that stay. */
export function holdsRows(id: ColumnId, sides: Sides): boolean {
  const isPartitioned = (each: TableId) => find(sides.to, each)?.attrs['kind'] === 'partitioned';
  if (!isPartitioned({ kind: 'table', schema: id.schema, name: id.table })) return true;
  return stayingBelow(id, sides).some((child) => !isPartitioned(child));
}

/** @returns the tables below a column's that are so on both sides. */
function stayingBelow({ schema, table: name }: ColumnId, { from, to }: Sides): readonly TableId[] {
  const staying = new Set(descendantsOf(to, { schema, name }).map(keyOf));
  return descendantsOf(from, { schema, name }).filter((child) => staying.has(keyOf(child)));
}

/** @returns what only told of a child's column that it is NOT NULL: as soon as the parent's is, it needs no telling. */
export function settingsBelow(id: ColumnId, { from, to }: Sides): Key[] {
  return stayingBelow(id, { from, to })
    .map((child) => keyOf({ ...id, kind: 'inherited-column', schema: child.schema, table: child.name }))
    .filter((key) => from.entries.has(key) && !to.entries.has(key));
}

/** @returns the columns of the tables below that are their own as well, and of which it needs no telling any more, before 18, that they are NOT NULL. */
export const toldBelow = (id: ColumnId, { from, to }: Sides): Key[] =>
  to.serverVersion >= 180000
    ? []
    : ownBelow(id, { from, to }).filter(
        (key) =>
          from.entries.get(key)!.attrs['notNull'] === true && to.entries.get(key)!.attrs['notNull'] !== true,
      );

/** Stands for: a table's column is dropped. */
export const columnGone = ({ schema, table, name }: ColumnId): Key =>
  `turn of dropping column ${schema}.${table}.${name}` as Key;

/** @returns the parent's default, which a child that is there does not get from a parent's column that its own is merged with. */
export function passedDefault(
  id: ColumnId,
  { from, to }: Sides,
): { readonly expression: string; readonly requires: readonly Key[] } | undefined {
  const own: DefaultId = { ...id, kind: 'default' };
  if (find(to, own) !== undefined || !isInherited(to, id) || find(from, tableIn(to, id)) === undefined)
    return undefined;
  const found = inheritedDefault(to, own)?.attrs;
  if (found === undefined || found.generated !== null) return undefined;
  const requires = ancestorsOf(to, { schema: id.schema, name: id.table }).flatMap(({ schema, name }) =>
    (edgeIndex(to).byDependent.get(keyOf({ ...own, schema, table: name })) ?? [])
      .map(({ referenced }) => referenced)
      .filter((key) => to.entries.get(key)?.id.kind !== 'column'),
  );
  return { expression: found.expression, requires };
}

const moving = 'turn of moving the values of ';
/** Whether a key stands for: that the values of a child's column are in the one of its parent. */
export const isOfMoving = (key: Key): boolean => key.startsWith(moving);

/** A child's own column gives way to the one of its parent: the values move, because no statement makes an own column an inherited one. */
export function becomesInherited(id: ColumnId, sides: Sides): Draft[] {
  const own = { schema: id.schema, name: id.table };
  const parents = ancestorsOf(sides.to, own)
    .map((parent): ColumnId => ({ ...id, schema: parent.schema, table: parent.name }))
    .filter((parent) => sides.to.entries.has(keyOf(parent)));
  const above = ancestorsOf(sides.from, own);
  const isNew = (parent: ColumnId) =>
    !sides.from.entries.has(keyOf(parent)) &&
    above.some(({ schema, name }) => schema === parent.schema && name === parent.table);
  if (!parents.some(isNew))
    throw inputError({
      message: `${nameOf(id)} is the table's own, and cannot be made its parent's only`,
      help: 'Leave the column in the definition of the table: it may be its own as well as its parent’s.',
    });
  const table = qualified(id.schema, id.table);
  const [name, aside] = [identifier(id.name), identifier(`${id.name}_before`)];
  const moved = `${moving}${keyOf(id)}` as Key;
  const locks = accessExclusive({ schema: id.schema, name: id.table });
  return [
    draft(`ALTER TABLE ${table} RENAME COLUMN ${name} TO ${aside}`, {
      produces: parents.map(roomFor),
      locks,
    }),
    draft(`UPDATE ONLY ${table} SET ${name} = ${aside}`, {
      produces: [moved],
      requires: [...parents.map(keyOf), ...parents.map(roomFor)],
      locks: [{ mode: 'ROW EXCLUSIVE', relation: table }],
      hazards: [{ name: 'scan', object: table, detail: 'writes every row again' }],
    }),
    draft(`ALTER TABLE ${table} DROP COLUMN ${aside}`, { destroys: [keyOf(id)], requires: [moved], locks }),
  ];
}

/** Compression and storage are a child's from its parent when it is made, and not later. */
export function passedOn({ id }: { readonly id: ColumnId }, { from, to }: Sides): Draft[] {
  return descendantsOf(from, { schema: id.schema, name: id.table }).flatMap((child) => {
    const own = { ...id, schema: child.schema, table: child.name };
    const [before, after] = [columnAt(from, own)?.attrs, columnAt(to, own)?.attrs];
    if (before === undefined || after === undefined || to.entries.has(keyOf(own))) return [];
    return alterSettings(
      own,
      before,
      { ...before, storage: after.storage, compression: after.compression },
      'ONLY ',
    ).map((made) => ({ ...made, requires: [keyOf(id)] }));
  });
}
