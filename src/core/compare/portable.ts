/**
 * What migrations may say: they run on every supported major, and are planned on one. From 18 on NOT NULL is a
 * constraint with a name; to rename one, or to add one by its name, is an error on the servers before. So of columns
 * that are there already the name is let be, whatever it has become.
 */
import { type Catalog, catalog, edgeSource } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { keyOf } from '../model/id.ts';

/** The oldest server that migrations run on. */
export const oldestSupported = 150000;
/** The newest major without such names. */
const unnamed = 170000;

/** @returns both as a server before 18 has them, as far as they have columns in common. */
export function portable(from: Catalog, to: Catalog): [Catalog, Catalog] {
  return [withoutNames(from, to), withoutNames(to, from)];
}

function withoutNames(of: Catalog, other: Catalog): Catalog {
  const entries = [...of.entries.values()].map((entry): Entry => {
    const { id, attrs } = entry;
    if (id.kind === 'partition') return { ...entry, attrs: { ...attrs, notNullNames: {} } };
    if (id.kind !== 'column' && id.kind !== 'inherited-column') return entry;
    const constraint = attrs['notNullConstraint'] as { inherits: boolean; valid: boolean } | null;
    // What else the constraint may be, only 18 has anyhow.
    if (constraint === null || !constraint.inherits || !constraint.valid) return entry;
    return other.entries.has(keyOf(id)) ? { ...entry, attrs: { ...attrs, notNullConstraint: null } } : entry;
  });
  return catalog(of.source, Math.min(of.serverVersion, unnamed), entries, edgeSource(of), of.notAnalysed);
}
