/** The names that relations share in a schema, indexes and their parts on partitions among them: who has one, and whether it becomes free. */
import { equal } from '../diff/diff.ts';
import { type Id, type Key, keyOf } from '../model/id.ts';
import { partsOwner } from './index-parts.ts';
import type { Sides } from './kind.ts';

export const relationSlot = (schema: string, name: string): string => `relation\0${schema}\0${name}`;

const freeing = 'turn of freeing ';
/** Stands for: whatever had this name among relations, has it no more. */
export const nameFreed = (schema: string, name: string): Key =>
  `${freeing}${relationSlot(schema, name)}` as Key;
/** @returns the slot that a key waits for to be free; undefined: it is another key. */
export const slotFreed = (key: Key): string | undefined =>
  key.startsWith(freeing) ? key.slice(freeing.length) : undefined;

/** @returns what an index of this name would be in the way of: relations, and constraints of its table, whose indexes bear their names. */
export const indexNames =
  (schema: string, table: string) =>
  (name: string): readonly Id[] => [
    { kind: 'index', schema, name },
    { kind: 'constraint', schema, table, name },
    { kind: 'sequence', schema, name },
    { kind: 'table', schema, name },
    { kind: 'view', schema, name },
    { kind: 'materialized-view', schema, name },
  ];

/**
 * @param name of an index, in its table's schema.
 * @param stays asked of what has it before: whether that keeps it, though it is no entry any more.
 * @returns whether nothing has it before, or only what goes, or is made anew.
 */
export function isFreeOnce(
  { schema, table, name }: { readonly schema: string; readonly table: string; readonly name: string },
  { from, to }: Sides,
  stays: (key: Key) => boolean,
): boolean {
  const owner = partsOwner(from, schema, name);
  const holders = [...indexNames(schema, table)(name).map(keyOf), ...(owner === undefined ? [] : [owner])];
  return holders.every((key) => {
    const [before, after] = [from.entries.get(key), to.entries.get(key)];
    if (before === undefined) return true;
    const isRemade = before.id.kind === 'index' || before.id.kind === 'constraint';
    return !stays(key) && (after === undefined || (isRemade && !equal(before.attrs, after.attrs)));
  });
}
