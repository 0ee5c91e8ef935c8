/** What an index of a partitioned table is made of on its partitions: told aside, of the index or of the constraint that it enforces. */
import { qualified } from '../../sql/quote.ts';
import { type Catalog, entriesOf } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';

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

const names = new WeakMap<Catalog, ReadonlySet<string>>();

/** @returns whether a part of some index has this name: no entry tells of it. */
export function isPartsName(of: Catalog, schema: string, name: string): boolean {
  let known = names.get(of);
  if (known === undefined) {
    const found = new Set<string>();
    for (const kind of ['index', 'constraint'] as const)
      for (const entry of entriesOf(of, kind))
        for (const part of indexParts(entry)) found.add(qualified(part.schema, part.name));
    names.set(of, (known = found));
  }
  return known.has(qualified(schema, name));
}
