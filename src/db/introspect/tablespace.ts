/** Tablespaces of tables, indexes and materialized views, where they are not the database's own. */
import { type Reading, add, address, entryAt, notOfExtension, userNamespace } from './reading.ts';

/** @returns what takes them in, after what may lie in one. */
export async function readTablespaces(reading: Reading): Promise<() => void> {
  const { sql } = reading;
  const rows = await sql<
    { oid: number; table: number | null; schema: string; relation: string; tablespace: string }[]
  >`
    select c.oid::int8::float8 as oid, x.indrelid::int8::float8 as table, n.nspname as schema, c.relname as relation,
      coalesce(t.spcname, own.spcname) as tablespace
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_database d on d.datname = current_database() join pg_tablespace own on own.oid = d.dattablespace
    left join pg_tablespace t on t.oid = c.reltablespace
    left join pg_index x on x.indexrelid = c.oid
    where c.relkind in ('r', 'p', 'm', 'i', 'I') and c.relpersistence <> 't' and ${sql.unsafe(userNamespace)}
      and ${sql.unsafe(notOfExtension('pg_class', 'c.oid'))}
      -- A partition begins where its parent says.
      and (c.reltablespace <> 0 or (c.relispartition and c.relkind in ('r', 'p') and exists (
        select from pg_inherits i join pg_class p on p.oid = i.inhparent where i.inhrelid = c.oid and p.reltablespace <> 0)))`;
  return () => {
    for (const { oid, table, schema, relation, tablespace } of rows) {
      if (table !== null && !reading.keys.has(address('pg_class', table))) continue;
      const on = entryAt(reading, address('pg_class', oid))?.id;
      switch (on?.kind) {
        case 'table':
        case 'index':
        case 'materialized-view':
        case 'constraint':
          add(reading, { id: { kind: 'tablespace', on }, attrs: { name: tablespace } });
          break;
        default:
          reading.notAnalysed.push({
            object: `tablespace ${tablespace} of index ${schema}.${relation}`,
            schema,
            why: 'it is an index of a partition',
          });
      }
    }
  };
}
