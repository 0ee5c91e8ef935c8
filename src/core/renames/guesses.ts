/** Pairs of what goes and what comes that may be one thing renamed. Only a person can tell: they are asked, and nothing is assumed. */
import { diff, equal } from '../diff/diff.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type Id, isType, nameOf } from '../model/id.ts';
import type { Rename, Renamable } from './rename.ts';

/** @returns the pairs, the likeliest of each thing first: columns of one type in one table, tables with mostly the same columns, types with the same attributes. */
export function possibleRenames(from: Catalog, to: Catalog): Rename[] {
  const [gone, come]: [Entry[], Entry[]] = [[], []];
  for (const change of diff(from, to))
    if (change.op === 'drop') gone.push(change.entry);
    else if (change.op === 'create') come.push(change.entry);
  const [before, after] = [columnsByTable(gone), columnsByTable(come)];
  const found: { readonly rename: Rename; readonly likeness: number }[] = [];
  for (const old of gone)
    for (const now of come) {
      if (old.id.kind !== now.id.kind) continue;
      const likeness = likenessOf(old, now, before, after);
      if (likeness > 0)
        found.push({ rename: { before: old.id as Renamable, after: now.id as Renamable }, likeness });
    }
  return found.sort((a, b) => b.likeness - a.likeness).map(({ rename }) => rename);
}

function likenessOf(old: Entry, now: Entry, before: Columns, after: Columns): number {
  if (old.id.kind === 'column' && now.id.kind === 'column') {
    const sameTable = old.id.schema === now.id.schema && old.id.table === now.id.table;
    return sameTable && equal(old.attrs['type']!, now.attrs['type']!) ? 1 : 0;
  }
  if (old.id.kind === 'table') {
    const [left, right] = [before.get(nameOf(old.id)) ?? [], after.get(nameOf(now.id)) ?? []];
    const shared = left.filter((column) => right.includes(column)).length;
    const share = shared / Math.max(left.length, right.length, 1);
    return share >= 0.6 ? share : 0;
  }
  return isType(old.id) && equal(old.attrs, now.attrs) ? 1 : 0;
}

/** By table, what each of its columns is called and of what type. */
type Columns = ReadonlyMap<string, readonly string[]>;

function columnsByTable(entries: readonly Entry[]): Columns {
  const columns = new Map<string, string[]>();
  for (const { id, attrs } of entries) {
    if (id.kind !== 'column') continue;
    const table: Id = { kind: 'table', schema: id.schema, name: id.table };
    columns.set(nameOf(table), [
      ...(columns.get(nameOf(table)) ?? []),
      `${id.name} ${attrs['type'] as string}`,
    ]);
  }
  return columns;
}
