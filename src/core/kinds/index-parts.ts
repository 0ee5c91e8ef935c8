/**
 * What an index or constraint of a partitioned table is on its partitions. It is no entry there. The name of an index
 * that it is made of is told aside, of the index or of the constraint that it enforces.
 */
import { identifier, qualified } from '../../sql/quote.ts';
import { comesBack } from './comes-back.ts';
import { type Catalog, edgeIndex, entriesOf } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type ConstraintId, type Id, type IndexId, type Key, type TableId, keyOf } from '../model/id.ts';
import { onceOf } from '../model/once-of.ts';
import type { Lock } from '../model/statement.ts';
import type { ConstraintAttributes } from './constraint.ts';
import type { Sides } from './kind.ts';
import { type Named, descendantsOf, parentsOf } from './parents.ts';
import type { TableAttributes } from './table.ts';
import type { IndexAttributes } from './parts.ts';

export type IndexParts = {
  readonly parts: readonly {
    /** The partition. */
    readonly schema: string;
    readonly table: string;
    /** Of the part, in the partition's schema. */
    readonly name: string;
  }[];
};

/** @returns the parts of an index or constraint; none where it has no such. */
export const indexParts = ({ aside }: Entry): IndexParts['parts'] =>
  (aside as Partial<IndexParts> | undefined)?.parts ?? [];

/** @returns the names of all parts of indexes, with what they are parts of. */
const partNames = onceOf((of: Catalog) => {
  const names = new Map<string, Key>();
  const partitioned = [...entriesOf<'table', TableAttributes>(of, 'table')]
    .filter(({ attrs }) => attrs.kind === 'partitioned')
    .map(({ id }) => ({ id, depth: partitionedAbove(of, id).length }));
  // Of one that is about to leave its parent, what it has is told as its own too: that is nearer.
  for (const { id } of partitioned.toSorted((a, b) => a.depth - b.depth))
    for (const entry of ownedBy(of, id))
      for (const { schema, table, name } of indexParts(entry))
        // On the way, one may have been detached.
        if (of.entries.has(keyOf({ kind: 'partition', schema, name: table })))
          names.set(qualified(schema, name), keyOf(entry.id));
  return names;
});

/** @returns the index or constraint of which a part has this name: no entry tells of it. */
export const partsOwner = (of: Catalog, schema: string, name: string): Key | undefined =>
  partNames(of).get(qualified(schema, name));

/** An index, or a constraint that is no check: what a partition has for each of its parent's. */
export type Owned = Entry<IndexId | ConstraintId>;

/** @returns the indexes of a table, and its constraints but for checks. */
export function ownedBy(of: Catalog, { schema, name }: Named): Owned[] {
  const owned: Owned[] = [];
  const key = keyOf({ kind: 'table', schema, name });
  for (const { dependent } of edgeIndex(of).byReferenced.get(key) ?? []) {
    const entry = of.entries.get(dependent)!;
    if (isOwned(entry) && ownerOf(entry) === name) owned.push(entry);
  }
  return owned;
}

const isOwned = (entry: Entry): entry is Owned =>
  entry.id.kind === 'index' || (entry.id.kind === 'constraint' && entry.attrs['type'] !== 'c');

/** @returns the name of the table that it is of. */
export const ownerOf = ({ id, attrs }: Owned): string =>
  id.kind === 'constraint' ? id.table : (attrs as unknown as IndexAttributes).table;

/** @returns what it is like, whatever its table and name, as far as the server looks. */
export function likeness({ id, attrs }: Owned): string {
  const { definition } = attrs as unknown as IndexAttributes;
  if (id.kind === 'constraint') return `constraint ${definition}`;
  const unique = definition.startsWith('CREATE UNIQUE ') ? 'unique ' : '';
  const rest = definition.slice(definition.indexOf(' USING '));
  return `${unique}index ${rest.replaceAll(sorting, '').replace(storage, '')}`;
}
/** How an index sorts, and its storage parameters: the server makes one that is otherwise in these a part all the same. */
const sorting = / (?:ASC|DESC|NULLS FIRST|NULLS LAST)(?=[ ,)])/g;
const storage = / WITH \([^()]*\)(?= WHERE | TABLESPACE |$)/;

/** @returns the tables that a table is, directly or not, a partition of. */
export function partitionedAbove(of: Catalog, { schema, name }: Named): TableId[] {
  if (!of.entries.has(keyOf({ kind: 'partition', schema, name }))) return [];
  return parentsOf(of, { schema, name }).flatMap((parent) => [parent, ...partitionedAbove(of, parent)]);
}

/** @returns what the tables above a partition have and the table itself, as it was, has nothing like. */
export function lackingOn(table: TableId, { from, to }: Sides): Owned[] {
  // One that comes back to the same parents gets more only after them.
  if (comesBack(table, { from, to })) return [];
  // What leaves and comes back has kept its parts.
  const own = new Set([...ownedBy(from, table), ...partsAsOwn(from, table)].map(likeness));
  return partitionedAbove(to, table)
    .flatMap((above) => ownedBy(to, above))
    .filter((entry) => !own.has(likeness(entry)));
}

/** Stands for: this of a partitioned table is gone, and with it its parts. */
export const partsGone = (id: Id) => `turn of dropping the parts of ${keyOf(id)}` as Key;

/** @returns what must go before a partition gets the like of its own: where both are there, the way back makes the one part of the other. */
export function goneFirst(entry: Owned, { from, to }: Sides): Key[] {
  return partitionedAbove(to, { schema: entry.id.schema, name: ownerOf(entry) })
    .flatMap((above) => ownedBy(from, above))
    .filter((each) => likeness(each) === likeness(entry) && !to.entries.has(keyOf(each.id)))
    .map(({ id }) => partsGone(id));
}

/** @returns the like of a partitioned table's index that partitions have of their own before it comes: it would become its part. */
export function likeBelow(entry: Owned, { from }: Sides): Owned[] {
  return descendantsOf(from, { schema: entry.id.schema, name: ownerOf(entry) })
    .filter((table) => partitionedAbove(from, table).length > 0)
    .flatMap((table) => ownedBy(from, table))
    .filter((own) => own.id.kind === entry.id.kind && likeness(own) === likeness(entry));
}

/** @returns the like of a partition's own index that the tables above it have: they get their parts first. */
export function likeAbove(entry: Owned, { to }: Sides): Owned[] {
  return partitionedAbove(to, { schema: entry.id.schema, name: ownerOf(entry) })
    .flatMap((above) => ownedBy(to, above))
    .filter((each) => each.id.kind === entry.id.kind && likeness(each) === likeness(entry));
}

/** @returns the lock on what a foreign key references, when a partition's own becomes part of it: the own one's triggers there go. */
export function targetRelieved({ attrs }: Owned): Lock[] {
  const references = (attrs as unknown as Partial<ConstraintAttributes>).references ?? null;
  return references === null
    ? []
    : [{ mode: 'ACCESS EXCLUSIVE', relation: qualified(references.schema, references.table) }];
}

/** @returns what a partition has for its parents' indexes and constraints, as if it were all its own: once detached, it is. */
export function partsAsOwn(of: Catalog, table: TableId): Owned[] {
  const { schema, name } = table;
  return partitionedAbove(of, table)
    .flatMap((above) => ownedBy(of, above))
    .flatMap((entry): Owned[] => {
      const part = indexParts(entry).find((each) => each.schema === schema && each.table === name);
      const below = new Set(descendantsOf(of, table).map(keyOf));
      const parts = indexParts(entry).filter((each) =>
        below.has(keyOf({ kind: 'table', schema: each.schema, name: each.table })),
      );
      const aside: IndexParts = { parts };
      if (entry.id.kind === 'constraint') {
        const isForeignKey = (entry.attrs as unknown as ConstraintAttributes).type === 'f';
        const own = isForeignKey ? entry.id.name : part?.name;
        return own === undefined
          ? []
          : [{ ...withId(entry, { kind: 'constraint', schema, table: name, name: own }), aside }];
      }
      if (part === undefined) return [];
      const made = withId(entry, { kind: 'index', schema, name: part.name });
      const definition = indexOn(entry as unknown as Entry<IndexId, IndexAttributes>, part.name, table);
      return [{ ...made, attrs: { table: name, definition }, aside }];
    });
}

const withId = ({ attrs }: Owned, id: Owned['id']): Owned => ({ id, attrs });

/** @returns what gives a partition's part of an index or constraint another name. */
export function renamedPart(
  { kind }: Owned['id'],
  { schema, name }: Named,
  is: string,
  wanted: string,
): { readonly sql: string; readonly locks: readonly Lock[] } {
  if (kind === 'constraint') {
    const relation = qualified(schema, name);
    return {
      sql: `ALTER TABLE ${relation} RENAME CONSTRAINT ${identifier(is)} TO ${identifier(wanted)}`,
      locks: [{ mode: 'ACCESS EXCLUSIVE', relation }],
    };
  }
  const index = qualified(schema, is);
  return {
    sql: `ALTER INDEX ${index} RENAME TO ${identifier(wanted)}`,
    locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', relation: index }],
  };
}

/** @returns the CREATE INDEX of an index like this one on another table. */
export function indexOn({ attrs }: Entry<IndexId, IndexAttributes>, name: string, table: Named): string {
  const { definition } = attrs;
  const head = definition.startsWith('CREATE UNIQUE ') ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX';
  const rest = definition.slice(definition.indexOf(' USING '));
  return `${head} ${identifier(name)} ON ${qualified(table.schema, table.name)}${rest}`;
}
