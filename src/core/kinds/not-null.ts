/** NOT NULL of a column: from 18 a constraint with a name, which may be not inherited, or not validated yet. */
import { identifier } from '../../sql/quote.ts';
import { type Catalog, edgeIndex } from '../model/catalog.ts';
import { type ColumnId, type ConstraintId, type Key, keyOf, tablesOf } from '../model/id.ts';
import { alterColumn, alterTable } from './alter-table.ts';
import { type Named, ancestorsOf, childrenOf } from './parents.ts';
import type { NotNullAttributes } from './parts.ts';
import type { Draft, Sides } from './kind.ts';

const tableOf = ({ schema, table }: ColumnId) => ({ schema, name: table });

/** Stands for: a table's primary key, whose columns allow no null, is gone. */
export const keyGone = ({ schema, table }: { readonly schema: string; readonly table: string }) =>
  `turn of dropping the primary key of ${schema}.${table}` as Key;

/** Stands for: the primary keys of tables below keep their NOT NULL, whatever becomes of that of this column. */
export const keptBelow = (id: ColumnId) => `turn of keeping NOT NULL below ${keyOf(id)}` as Key;

/** Stands for: a column's NOT NULL is that of the tables above alone. */
export const leftAbove = (id: ColumnId) => `turn of leaving above the NOT NULL of ${keyOf(id)}` as Key;

/** @returns the column of this name of each table above, of its own or not. */
export const columnsAbove = (of: Catalog, id: ColumnId): Key[] =>
  ancestorsOf(of, tableOf(id)).flatMap(({ schema, name: table }) => [
    keyOf({ ...id, schema, table }),
    keyOf({ ...id, kind: 'inherited-column', schema, table }),
  ]);

/** @returns what a child's primary key waits for: that its columns' NOT NULL is there from above, or it would be made the child's own. */
export const notNullsAbove = (columns: readonly ColumnId[], { to }: Sides): Key[] =>
  columns.flatMap((id) => [leftAbove(id), ...columnsAbove(to, id)]);

/** @returns its table's primary key, if a column is one of that. */
export const primaryKeysOf = (id: ColumnId, of: Catalog): ConstraintId[] =>
  (edgeIndex(of).byReferenced.get(keyOf({ kind: 'table', schema: id.schema, name: id.table })) ?? []).flatMap(
    ({ dependent }) => {
      const { id: key, attrs } = of.entries.get(dependent)!;
      if (key.kind !== 'constraint' || key.table !== id.table || attrs['type'] !== 'p') return [];
      return (attrs['columns'] as readonly string[]).includes(id.name) ? [key] : [];
    },
  );
export const isOfPrimaryKey = (id: ColumnId, of: Catalog): boolean => primaryKeysOf(id, of).length > 0;

/** @returns the name that the server gives a NOT NULL constraint. */
export const usualName = ({ table, name }: Pick<ColumnId, 'table' | 'name'>): string =>
  `${table}_${name}_not_null`;

/** Stands for: the children's column of this name has made way for what the parent's brings. */
export const roomFor = ({ schema, table, name }: ColumnId) =>
  `turn of room for ${schema}.${table}.${name}` as Key;

/** @returns the constraint's name, or undefined where the column has none. */
export function notNullName(id: ColumnId, attrs: NotNullAttributes): string | undefined {
  return attrs.notNull ? (attrs.notNullConstraint?.name ?? usualName(id)) : undefined;
}

/** Whether a constraint's usual name must be said: a child, what was one, or what will be one, may have it already, and the server would then take another. */
export function isNameSaid({ schema, table }: ColumnId, { from, to }: Sides): boolean {
  if (to.serverVersion < 180000) return false;
  const isThere = (each: Named) =>
    tablesOf({ schema: each.schema, table: each.name }).some((id) => from.entries.has(keyOf(id)));
  const own = { schema, name: table };
  // A table that is made may get as children only those that are there.
  if (!isThere(own)) return childrenOf(to, own).some(isThere);
  return [from, to].some((side) => childrenOf(side, own).length > 0);
}

/** @returns `NOT NULL` as it is written in a column's definition, or nothing where it cannot be. */
export function notNullClause(id: ColumnId, attrs: NotNullAttributes, sides: Sides): string[] {
  const { notNull, notNullConstraint: constraint } = attrs;
  if (!notNull || constraint?.valid === false) return [];
  const said = constraint?.name ?? (isNameSaid(id, sides) ? usualName(id) : null);
  const name = said === null ? '' : `CONSTRAINT ${identifier(said)} `;
  return [`${name}NOT NULL${constraint?.inherits === false ? ' NO INHERIT' : ''}`];
}

/** @returns what makes a new column NOT NULL where its definition could not: without looking at the rows. */
export function notNullAfter(id: ColumnId, attrs: NotNullAttributes): Draft[] {
  return attrs.notNull && attrs.notNullConstraint?.valid === false ? [addNotNull(id, attrs)] : [];
}

/** @returns the statement that makes a column NOT NULL by a constraint of the wanted name. */
export function addNotNull(id: ColumnId, attrs: NotNullAttributes): Draft {
  const { inherits, valid } = attrs.notNullConstraint ?? { inherits: true, valid: true };
  const name = identifier(attrs.notNullConstraint?.name ?? usualName(id));
  const action = `ADD CONSTRAINT ${name} NOT NULL ${identifier(id.name)}`;
  const options = `${inherits ? '' : ' NO INHERIT'}${valid ? '' : ' NOT VALID'}`;
  const relation = alterTable(tableOf(id), '').locks[0]!.relation;
  return alterTable(
    tableOf(id),
    `${action}${options}`,
    valid ? [{ name: 'scan', object: relation, detail: 'reads every row under the lock' }] : [],
  );
}

/** @returns the statements that change the one to the other, the ones that forbid null first, and those that allow it. */
export function alterNotNull(
  id: ColumnId,
  before: NotNullAttributes,
  after: NotNullAttributes,
  sides: Sides,
): { sooner: Draft[]; later: Draft[] } {
  const drop = { ...alterColumn(id, 'DROP NOT NULL'), requires: [keyGone(id), keptBelow(id)] };
  if (!after.notNull) return { sooner: [], later: before.notNull ? [drop] : [] };
  const [old, now] = [before.notNullConstraint, after.notNullConstraint];
  // What a table above forbade until now, the key has forbidden all the while.
  if (!before.notNull && sides.to.serverVersion < 180000 && isOfPrimaryKey(id, sides.from))
    return { sooner: [], later: [] };
  if (!before.notNull)
    return {
      sooner: [
        now === null && !isNameSaid(id, sides)
          ? alterColumn(id, 'SET NOT NULL', 'scan')
          : addNotNull(id, after),
      ],
      later: [],
    };
  const [oldValid, nowValid] = [old?.valid ?? true, now?.valid ?? true];
  if (oldValid && !nowValid) return { sooner: [drop, addNotNull(id, after)], later: [] };
  const [oldName, nowName] = [old?.name ?? usualName(id), now?.name ?? usualName(id)];
  const sooner: Draft[] = [];
  const constraint = identifier(nowName);
  if (oldName !== nowName)
    sooner.push(alterTable(tableOf(id), `RENAME CONSTRAINT ${identifier(oldName)} TO ${constraint}`));
  if ((old?.inherits ?? true) !== (now?.inherits ?? true))
    sooner.push(
      alterTable(
        tableOf(id),
        `ALTER CONSTRAINT ${constraint} ${(now?.inherits ?? true) ? 'INHERIT' : 'NO INHERIT'}`,
      ),
    );
  if (oldValid !== nowValid) {
    const validate = alterTable(tableOf(id), `VALIDATE CONSTRAINT ${constraint}`);
    const relation = validate.locks[0]!.relation;
    sooner.push({
      ...validate,
      locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', relation }],
      hazards: [
        { name: 'scan', object: relation, detail: 'reads every row, while others may write' },
        {
          name: 'depends-on-data',
          object: relation,
          detail: `fails if ${identifier(id.name)} is null in a row`,
        },
      ],
    });
  }
  return { sooner, later: [] };
}
