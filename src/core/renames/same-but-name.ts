/**
 * What is the same on both sides but for its name: a table's constraints, indexes and sequences keep theirs when the
 * table is renamed. To rename them loses nothing, to make them anew reads the whole table.
 */
import { identifier } from '../../sql/quote.ts';
import type { IndexAttributes } from '../kinds/parts.ts';
import type { OwnedByAttributes } from '../kinds/owned-by.ts';
import { diff } from '../diff/diff.ts';
import { type Catalog, find } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type OwnedById, keyOf, objectOf } from '../model/id.ts';
import type { Rename, Renamable } from './rename.ts';

/** @returns a rename for every constraint, index and owned sequence that goes while one like it comes. */
export function sameButName(from: Catalog, to: Catalog): Rename[] {
  const gone = new Map<string, Renamable[]>();
  const renames: Rename[] = [];
  const changes = diff(from, to);
  for (const change of changes) {
    const likeness = change.op === 'drop' ? likenessOf(change.entry, from) : undefined;
    if (change.op !== 'drop' || likeness === undefined) continue;
    gone.set(likeness, [...(gone.get(likeness) ?? []), change.entry.id as Renamable]);
  }
  for (const change of changes) {
    if (change.op !== 'create') continue;
    const likeness = likenessOf(change.entry, to);
    const before = likeness === undefined ? undefined : gone.get(likeness)?.shift();
    if (before !== undefined) renames.push({ before, after: change.entry.id as Renamable });
  }
  return renames;
}

/** @returns all that there is to say of it but its name, or undefined for what is no such thing. */
function likenessOf({ id, attrs }: Entry, on: Catalog): string | undefined {
  switch (id.kind) {
    case 'constraint':
      return JSON.stringify([id.kind, keyOf(objectOf(id)), attrs]);
    case 'index': {
      const { table, definition } = attrs as unknown as IndexAttributes;
      return JSON.stringify([
        id.kind,
        id.schema,
        table,
        definition.replace(` ${identifier(id.name)} ON `, ' ON '),
      ]);
    }
    case 'sequence': {
      const owned = find<OwnedById, OwnedByAttributes>(on, { ...id, kind: 'owned-by' });
      return owned && JSON.stringify([id.kind, id.schema, attrs, owned.attrs]);
    }
    default:
      return undefined;
  }
}
