/** What a table has from others, as it is: its parents' columns with what is its own of them, or those of a type. */
import { qualified } from '../../sql/quote.ts';
import { type Catalog, edgeIndex, entriesOf, find } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import {
  type ColumnId,
  type ConstraintId,
  type DefaultId,
  type InheritedColumnId,
  type OfTypeId,
  type PartitionId,
  type TableId,
  keyOf,
} from '../model/id.ts';
import type { ColumnAttributes } from './parts.ts';
import { usualSettings } from './column-settings.ts';
import type { Attribute, CompositeTypeAttributes } from './composite-type.ts';
import type { ConstraintAttributes } from './constraint.ts';
import type { DefaultAttributes } from './parts.ts';
import type { InheritedColumnAttributes } from './parts.ts';
import { notNullName, usualName } from './not-null.ts';
import type { OfTypeAttributes } from './parts.ts';
import { type Named, parentsOf } from './parents.ts';
import type { PartitionAttributes } from './parts.ts';

const above = ({ schema, table }: Pick<ColumnId, 'schema' | 'table'>): Named => ({ schema, name: table });

/** @returns whether a table has a column of this name from another table. */
export function isInherited(catalog: Catalog, id: ColumnId): boolean {
  return parentsOf(catalog, above(id)).some(({ schema, name }) => {
    const parent: ColumnId = { ...id, schema, table: name };
    return catalog.entries.has(keyOf(parent)) || isInherited(catalog, parent);
  });
}

/** @returns the column as it is, whether the table has it of its own or from another; undefined: it has none. */
export function columnAt(catalog: Catalog, id: ColumnId): Entry<ColumnId, ColumnAttributes> | undefined {
  const own = find<ColumnId, ColumnAttributes>(catalog, id);
  let from = own === undefined ? attributeAt(catalog, id) : undefined;
  for (const { schema, name } of parentsOf(catalog, above(id))) {
    const candidate = columnAt(catalog, { ...id, schema, table: name });
    if (from === undefined || (candidate?.attrs.notNull === true && !from.attrs.notNull)) from = candidate;
  }
  if (own !== undefined || from === undefined) return own;
  const override = find<InheritedColumnId, InheritedColumnAttributes>(catalog, {
    ...id,
    kind: 'inherited-column',
  })?.attrs;
  const partition = find<PartitionId, PartitionAttributes>(catalog, {
    kind: 'partition',
    schema: id.schema,
    name: id.table,
  });
  const inherited = partition?.attrs.notNullNames[id.name] ?? notNullName(from.id, from.attrs);
  const { valid = true } = from.attrs.notNullConstraint ?? {};
  const notNull =
    inherited === undefined
      ? { notNull: override?.notNull ?? false, notNullConstraint: override?.notNullConstraint ?? null }
      : {
          notNull: true,
          notNullConstraint:
            catalog.serverVersion < 180000 || (valid && inherited === usualName(id))
              ? null
              : { name: inherited === usualName(id) ? null : inherited, inherits: true, valid },
        };
  return {
    id,
    order: from.order ?? 0,
    attrs: {
      ...from.attrs,
      ...notNull,
      identity: null,
      storage: override?.storage ?? from.attrs.storage,
      compression: override?.compression ?? from.attrs.compression,
      statistics: override?.statistics ?? null,
      options: override?.options ?? [],
    },
  };
}

/** @returns the attribute of the type that a table is of, as a column. */
function attributeAt(catalog: Catalog, id: ColumnId): Entry<ColumnId, ColumnAttributes> | undefined {
  const attributes = attributesOf(catalog, above(id));
  const order = attributes.findIndex(({ name }) => name === id.name);
  if (order < 0) return undefined;
  const { type, collation } = attributes[order]!;
  const usual = { ...usualSettings, notNull: false, notNullConstraint: null, identity: null };
  return { id, order, attrs: { type, collation, ...usual } };
}

/** @returns the attributes of the type that a table is of; none where it is of none. */
function attributesOf(catalog: Catalog, { schema, name }: Named): readonly Attribute[] {
  const typed = find<OfTypeId, OfTypeAttributes>(catalog, { kind: 'of-type', schema, name });
  if (typed === undefined) return [];
  for (const { id, attrs } of entriesOf<'composite-type', CompositeTypeAttributes>(catalog, 'composite-type'))
    if (qualified(id.schema, id.name) === typed.attrs.type) return attrs.attributes;
  return [];
}

/** @returns the default of a column, of its own or from another table; undefined: none. */
export function defaultAt(catalog: Catalog, id: DefaultId): Entry<DefaultId, DefaultAttributes> | undefined {
  const own = find<DefaultId, DefaultAttributes>(catalog, id);
  if (own !== undefined) return own.attrs.expression === 'NULL' ? undefined : own;
  if (catalog.entries.has(keyOf({ ...id, kind: 'column' }))) {
    if (!isInherited(catalog, { ...id, kind: 'column' })) return undefined;
  }
  return inheritedDefault(catalog, id);
}

/** @returns the default that a column has if it has none of its own. */
export function inheritedDefault(
  catalog: Catalog,
  id: DefaultId,
): Entry<DefaultId, DefaultAttributes> | undefined {
  for (const { schema, name } of parentsOf(catalog, above(id))) {
    const parent = { ...id, schema, table: name };
    if (columnAt(catalog, { ...parent, kind: 'column' }) === undefined) continue;
    const found = defaultAt(catalog, parent);
    return found === undefined ? undefined : { ...found, id };
  }
  return undefined;
}

/** @returns what a table has that others have too, as if it were all its own: columns, their defaults, checks. */
export function asItsOwn(catalog: Catalog, table: TableId): Entry[] {
  const entries = new Map<string, Entry>();
  const put = (entry: Entry) => entries.set(keyOf(entry.id), entry);
  const ancestors = (of: TableId): TableId[] =>
    parentsOf(catalog, of).flatMap((parent) => [parent, ...ancestors(parent)]);
  const { schema, name } = table;
  for (const attribute of attributesOf(catalog, table)) {
    const own: ColumnId = { kind: 'column', schema, table: name, name: attribute.name };
    put(columnAt(catalog, own) as unknown as Entry);
  }
  for (const ancestor of ancestors(table))
    for (const { dependent } of edgeIndex(catalog).byReferenced.get(keyOf(ancestor)) ?? []) {
      const entry = catalog.entries.get(dependent)!;
      const { id } = entry;
      if (id.kind === 'column' && id.table === ancestor.name && id.schema === ancestor.schema) {
        const own = { ...id, schema, table: name };
        put(columnAt(catalog, own) as unknown as Entry);
        const value = defaultAt(catalog, { ...own, kind: 'default' });
        if (value !== undefined) put({ ...value, id: { ...own, kind: 'default' } } as unknown as Entry);
      } else if (id.kind === 'constraint' && id.table === ancestor.name && id.schema === ancestor.schema) {
        const { type, definition } = (entry as unknown as Entry<ConstraintId, ConstraintAttributes>).attrs;
        if (type === 'c' && !definition.includes(' NO INHERIT'))
          put({ ...entry, id: { ...id, schema, table: name } });
      }
    }
  return [...entries.values()];
}

/** @returns what a table that leaves some of its parents has of its own from then on: what none of those that it keeps has. */
export function ownOnceLeft(from: Catalog, to: Catalog, table: TableId): Entry[] {
  const after = new Set(parentsOf(to, table).map(keyOf));
  const kept = parentsOf(from, table).filter((parent) => after.has(keyOf(parent)));
  const keptKeys = new Set(
    kept.flatMap(({ schema, name }) => [
      ...asItsOwn(from, { kind: 'table', schema, name }).map(({ id }) => keyOf(id)),
      ...(edgeIndex(from).byReferenced.get(keyOf({ kind: 'table', schema, name })) ?? []).map(
        ({ dependent }) => dependent,
      ),
    ]),
  );
  const isKept = (id: Entry['id']): boolean =>
    'table' in id && kept.some(({ schema, name }) => keptKeys.has(keyOf({ ...id, schema, table: name })));
  const own = asItsOwn(from, table);
  return kept.length === 0 ? own : own.filter(({ id }) => !isKept(columnOf(id)));
}

/** A default is a column's. */
const columnOf = (id: Entry['id']): Entry['id'] => (id.kind === 'default' ? { ...id, kind: 'column' } : id);

/** @returns whether a parent's column of this name is NOT NULL: what it forbids, no child allows. */
export const isNotNullAbove = (catalog: Catalog, id: ColumnId): boolean =>
  parentsOf(catalog, { schema: id.schema, name: id.table }).some(({ schema, name }) => {
    const parent: ColumnId = { ...id, schema, table: name };
    return columnAt(catalog, parent)?.attrs.notNull === true || isNotNullAbove(catalog, parent);
  });
