/** The SQL that puts a finding right, written by the same code that writes migrations. */
import { kindOf } from '../kinds/kinds.ts';
import type { Draft } from '../kinds/kind.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { keyOf } from '../model/id.ts';

/** @returns statements that make these entries, without a semicolon; several privileges on one object in one GRANT. */
export function sqlToCreate(entries: readonly Entry[], live: Catalog): string[] {
  return merged(entries.flatMap((entry) => kindOf(entry.id).create(entry, { from: live, to: live })));
}

/** @returns statements that take these entries away. */
export function sqlToDrop(entries: readonly Entry[], live: Catalog): string[] {
  const dropped = new Set(entries.map(({ id }) => keyOf(id)));
  const drafts = entries.flatMap((entry) => kindOf(entry.id).drop(entry, { from: live, to: live }));
  // A privilege on a column, which REVOKE on its table takes along, is given again: but for those that are to go too.
  return merged(drafts.filter(({ produces }) => !produces.some((key) => dropped.has(key))));
}

/** @returns statements that give an entry other attributes. */
export function sqlToAlter(before: Entry, after: Entry, live: Catalog): string[] {
  const changes = Object.keys(after.attrs)
    .filter((attr) => JSON.stringify(before.attrs[attr]) !== JSON.stringify(after.attrs[attr]))
    .map((attr) => ({
      op: 'alter' as const,
      id: after.id,
      attr,
      from: before.attrs[attr] ?? null,
      to: after.attrs[attr] ?? null,
    }));
  const drafts = kindOf(after.id).alter(changes, before, after, { from: live, to: live });
  return drafts === 'replace' || drafts === 'swap' ? [] : merged(drafts);
}

/** @returns statements of drafts, without a semicolon. */
export function merged(drafts: readonly Draft[]): string[] {
  const statements: { draft: Draft; items: string[] }[] = [];
  const groups = new Map<string, { draft: Draft; items: string[] }>();
  for (const draft of drafts) {
    const group = draft.merge === undefined ? undefined : groups.get(draft.merge.group);
    if (group !== undefined && draft.merge !== undefined) group.items.push(draft.merge.item);
    else {
      const statement = { draft, items: draft.merge === undefined ? [] : [draft.merge.item] };
      statements.push(statement);
      if (draft.merge !== undefined) groups.set(draft.merge.group, statement);
    }
  }
  return statements.map(({ draft, items }) => draft.merge?.render(items) ?? draft.render([]));
}
