/** Statistics targets of the columns of indexes. That of a partitioned table's is its parts' too, as ALTER INDEX sets it. */
import { type Reading, add, notOfExtension, userNamespace } from './reading.ts';

export async function readIndexColumns(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<
    { schema: string; table: string; index: string; name: string; statistics: number; isPart: boolean }[]
  >`
    with told as materialized (select a.attrelid, a.attnum, a.attstattarget::int as statistics, c.relname, c.relnamespace, c.relispartition
      from pg_attribute a join pg_class c on c.oid = a.attrelid and c.relkind in ('i', 'I') where a.attnum > 0 and a.attstattarget >= 0)
    select n.nspname as schema, t.relname as table, c.relname as index, c.attnum::text as name, c.statistics, false as "isPart"
    from told c join pg_index i on i.indexrelid = c.attrelid join pg_class t on t.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace
    where not c.relispartition and t.relpersistence <> 't' and ${sql.unsafe(userNamespace)}
      and ${sql.unsafe(notOfExtension('pg_class', 't.oid'))}
    union all
    select n.nspname, t.relname, c.relname, a.attnum::text, coalesce(a.attstattarget, -1)::int, true
    from pg_inherits h join pg_class c on c.oid = h.inhrelid and c.relkind in ('i', 'I')
    join pg_attribute a on a.attrelid = c.oid join pg_attribute p on p.attrelid = h.inhparent and p.attnum = a.attnum
    join pg_index i on i.indexrelid = c.oid join pg_class t on t.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace
    where exists (select from told) and coalesce(a.attstattarget, -1) <> coalesce(p.attstattarget, -1) and ${sql.unsafe(userNamespace)}`;
  for (const { statistics, isPart, ...names } of rows)
    if (isPart)
      reading.notAnalysed.push({
        object: `statistics target of column ${names.name} of index ${names.schema}.${names.index}`,
        schema: names.schema,
        why: 'it is not the one of the index that this is a partition’s part of; ALTER INDEX on that one sets both',
      });
    else add(reading, { id: { kind: 'index-column', ...names }, attrs: { statistics } });
}
