/** Indexes that neither a constraint nor a partitioned parent brings with it. That of a partitioned table is on its partitions too: ONLY would leave it invalid. */
import {
  commentOf,
  type Reading,
  add,
  addCarried,
  address,
  notOfExtension,
  userNamespace,
} from './reading.ts';

export async function readIndexes(reading: Reading): Promise<void> {
  const rows = await reading.sql<
    { oid: number; schema: string; name: string; table: string; definition: string; comment: string | null }[]
  >`
    select i.indexrelid::int8::float8 as oid, n.nspname as schema, x.relname as name, c.relname as table,
      case x.relkind when 'I' then replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') else pg_get_indexdef(i.indexrelid) end as definition, cm.description as comment
    from pg_index i join pg_class x on x.oid = i.indexrelid join pg_class c on c.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace
    ${reading.sql.unsafe(commentOf('pg_class', 'i.indexrelid'))}
    where c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't' and not x.relispartition and ${reading.sql.unsafe(userNamespace)}
      and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
      and ${reading.sql.unsafe(notOfExtension('pg_class', 'c.oid'))}`;
  for (const { oid, schema, name, table, definition, comment } of rows) {
    const id = { kind: 'index', schema, name } as const;
    add(reading, { id, attrs: { table, definition } }, address('pg_class', oid));
    addCarried(reading, id, { comment });
  }
}
