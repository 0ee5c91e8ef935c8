/** The names of what a partitioned table's index is made of on its partitions: no comparison looks at them, but a new index must not have a name that one of them has. */
import type { IndexParts } from '../../core/kinds/index-parts.ts';
import { type Reading, address } from './reading.ts';

interface PartRow {
  readonly oid: number;
  readonly parent: number;
  readonly name: string;
  /** Of the partition. */
  readonly relation: number;
}

/** @returns what tells of them aside, with the index or constraint of the topmost table: these must have been read. */
export async function readIndexParts({ sql, relations, keys, entries }: Reading): Promise<() => void> {
  const rows = await sql<PartRow[]>`
    select h.inhrelid::int8::float8 as oid, h.inhparent::int8::float8 as parent, x.relname as name,
      i.indrelid::int8::float8 as relation
    from pg_inherits h join pg_class x on x.oid = h.inhrelid and x.relkind in ('i', 'I')
    join pg_index i on i.indexrelid = x.oid`;
  return () => {
    const parents = new Map(rows.map(({ oid, parent }) => [oid, parent]));
    const top = (oid: number): number => {
      const parent = parents.get(oid);
      return parent === undefined ? oid : top(parent);
    };
    const parts = new Map<number, IndexParts['parts'][number][]>();
    for (const { parent, name, relation } of rows) {
      const partition = relations.get(relation);
      if (partition === undefined) continue;
      const part = { schema: partition.told.schema, table: partition.told.name, name };
      const root = top(parent);
      const list = parts.get(root);
      if (list === undefined) parts.set(root, [part]);
      else list.push(part);
    }
    for (const [root, list] of parts) {
      const key = keys.get(address('pg_class', root));
      const entry = key === undefined ? undefined : entries.get(key);
      const aside: IndexParts = { parts: list };
      if (entry !== undefined) entries.set(key!, { ...entry, aside: { ...entry.aside, ...aside } });
    }
  };
}
