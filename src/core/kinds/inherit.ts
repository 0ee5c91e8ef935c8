/** INHERITS: that a table has the columns and checks of another, and its rows are the other's too. Made with the table, or later. */
import { qualified } from '../../sql/quote.ts';
import { type Catalog, edgeIndex, find } from '../model/catalog.ts';
import { type ColumnId, type InheritId, type TableId, keyOf, nameOf } from '../model/id.ts';
import { inputError } from '../model/problem.ts';
import { columnAt, isNotNullAbove, ownOnceLeft } from './family.ts';
import { parentsOf } from './parents.ts';
import { draft, type Kind } from './kind.ts';

const childOf = ({ schema, name }: InheritId): TableId => ({ kind: 'table', schema, name });
const parentOf = ({ parentSchema, parent }: InheritId): TableId => ({
  kind: 'table',
  schema: parentSchema,
  name: parent,
});
const names = (id: InheritId) =>
  [qualified(id.schema, id.name), qualified(id.parentSchema, id.parent)] as const;

/**
 * From 18 a table that joins another has each NOT NULL of that as its own before, and keeps it so; one that leaves has it as its own.
 * @throws KnownError (2) where it is the parent's alone on the side on which the table is a child.
 */
function refuseNotNullOfParentAlone(id: InheritId, child: Catalog, other: Catalog): void {
  if (child.serverVersion < 180000 || find(other, childOf(id)) === undefined) return;
  for (const { dependent } of edgeIndex(child).byReferenced.get(keyOf(childOf(id))) ?? []) {
    const entry = child.entries.get(dependent)!;
    if (entry.id.kind !== 'column' || entry.id.table !== id.name || entry.attrs['notNull'] === true) continue;
    const above: ColumnId = { ...entry.id, schema: id.parentSchema, table: id.parent };
    if (!forbidsNull(child, above) || isForbiddenByAnother(entry.id, id, child, other)) continue;
    throw inputError({
      message: `NOT NULL of ${nameOf(entry.id)} is that of ${nameOf(parentOf(id))} alone, which it cannot become, nor cease to be, as the table comes to inherit that or leaves it`,
      help: `Say NOT NULL in the definition of ${nameOf(childOf(id))} too.`,
    });
  }
}

/** Whether another parent, which the table keeps, forbids nulls too. */
const isForbiddenByAnother = (column: ColumnId, id: InheritId, child: Catalog, other: Catalog): boolean =>
  parentsOf(other, id).some(
    ({ schema, name }) =>
      !(schema === id.parentSchema && name === id.parent) &&
      parentsOf(child, id).some((kept) => kept.schema === schema && kept.name === name) &&
      forbidsNull(child, { ...column, schema, table: name }),
  );

/** Whether a column is NOT NULL, of its own or from above. */
const forbidsNull = (of: Catalog, id: ColumnId): boolean =>
  columnAt(of, id)?.attrs.notNull === true || isNotNullAbove(of, id);

export const inherit: Kind<InheritId> = {
  name: 'inherit',
  rank: 52,
  references: ({ id }) => [
    { to: childOf(id), type: 'auto' },
    // A parent does not go before its children are let go.
    { to: parentOf(id), type: 'normal' },
  ],
  create: ({ id }, { from, to }) => {
    refuseNotNullOfParentAlone(id, to, from);
    const [child, parent] = names(id);
    return [
      draft(`ALTER TABLE ${child} INHERIT ${parent}`, {
        produces: [keyOf(id)],
        requires: [keyOf(childOf(id)), keyOf(parentOf(id))],
        locks: [
          { mode: 'ACCESS EXCLUSIVE', relation: child },
          { mode: 'SHARE UPDATE EXCLUSIVE', relation: parent },
        ],
      }),
    ];
  },
  // Its columns stay, and are its own from then on.
  drop: ({ id }, { from, to }) => {
    refuseNotNullOfParentAlone(id, from, to);
    const [child, parent] = names(id);
    const own = ownOnceLeft(from, to, childOf(id)).map((entry) => keyOf(entry.id));
    return [
      draft(`ALTER TABLE ${child} NO INHERIT ${parent}`, {
        destroys: [keyOf(id)],
        produces: own.filter((key) => to.entries.has(key)),
        locks: [
          { mode: 'ACCESS EXCLUSIVE', relation: child },
          { mode: 'ACCESS SHARE', relation: parent },
        ],
      }),
    ];
  },
  alter: () => [],
};
