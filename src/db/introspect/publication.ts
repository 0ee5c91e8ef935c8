/** Publications with their tables and schemas. */
import type { PublicationTableAttributes } from '../../core/kinds/publication-table.ts';
import type { PublicationAttributes } from '../../core/kinds/publication.ts';
import { type Carried, type Reading, add, addCarried, address, notOfExtension } from './reading.ts';

export async function readPublications(reading: Reading): Promise<void> {
  const { sql, serverVersion } = reading;
  const generated =
    serverVersion >= 180000 ? sql`case pubgencols when 's' then 'stored' else 'none' end` : sql`'none'`;
  const [publications, tables, schemas] = await Promise.all([
    sql<({ oid: number; name: string; attrs: PublicationAttributes } & Carried)[]>`
      select p.oid::int8::float8 as oid, pubname as name,
        json_build_object('allTables', puballtables,
          'operations', array_remove(array[case when pubinsert then 'insert' end, case when pubupdate then 'update' end,
            case when pubdelete then 'delete' end, case when pubtruncate then 'truncate' end], null),
          'viaPartitionRoot', pubviaroot, 'generatedColumns', ${generated}) as attrs,
        pg_get_userbyid(pubowner) as owner, obj_description(p.oid, 'pg_publication') as comment
      from pg_publication p where ${sql.unsafe(notOfExtension('pg_publication', 'p.oid'))}`,
    sql<
      {
        oid: number;
        publication: string;
        schema: string;
        table: string;
        attrs: PublicationTableAttributes;
      }[]
    >`
      select r.oid::int8::float8 as oid, p.pubname as publication, n.nspname as schema, c.relname as table,
        json_build_object('columns', case when r.prattrs is not null then (select json_agg(a.attname order by a.attnum)
            from pg_attribute a where a.attrelid = r.prrelid and a.attnum = any (r.prattrs)) end,
          'where', pg_get_expr(r.prqual, r.prrelid)) as attrs
      from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
      join pg_class c on c.oid = r.prrelid join pg_namespace n on n.oid = c.relnamespace
      where ${sql.unsafe(notOfExtension('pg_publication', 'p.oid'))}`,
    sql<{ oid: number; publication: string; schema: string }[]>`
      select r.oid::int8::float8 as oid, p.pubname as publication, n.nspname as schema
      from pg_publication_namespace r join pg_publication p on p.oid = r.pnpubid join pg_namespace n on n.oid = r.pnnspid
      where ${sql.unsafe(notOfExtension('pg_publication', 'p.oid'))}`,
  ]);
  for (const { oid, name, attrs, ...carried } of publications) {
    const id = { kind: 'publication', name } as const;
    add(reading, { id, attrs }, address('pg_publication', oid));
    addCarried(reading, id, carried);
  }
  for (const { oid, publication, schema, table, attrs } of tables)
    add(
      reading,
      { id: { kind: 'publication-table', publication, schema, table }, attrs },
      address('pg_publication_rel', oid),
    );
  for (const { oid, publication, schema } of schemas)
    add(
      reading,
      { id: { kind: 'publication-schema', publication, schema }, attrs: {} },
      address('pg_publication_namespace', oid),
    );
}
