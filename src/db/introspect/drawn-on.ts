/** What of columns permissions and partitions are judged by, where the columns themselves are not read. */
import { type ToldEdges, toldEdges } from '../../core/model/catalog.ts';
import { keyOf } from '../../core/model/id.ts';
import { type Reading, add, address, notOfExtension, userNamespace } from './reading.ts';

/** Defaults that draw on a sequence. @returns on which: an INSERT there needs it. */
export async function readDrawingDefaults(reading: Reading): Promise<ToldEdges> {
  const { sql } = reading;
  const rows = await sql<
    {
      oid: number;
      schema: string;
      table: string;
      name: string;
      expression: string;
      sequenceSchema: string;
      sequence: string;
    }[]
  >`
    select d.oid::int8::float8 as oid, n.nspname as schema, c.relname as table, a.attname as name,
      pg_get_expr(d.adbin, 0) as expression, sn.nspname as "sequenceSchema", s.relname as sequence
    from pg_depend dep join pg_attrdef d on d.oid = dep.objid
    join pg_class s on s.oid = dep.refobjid and s.relkind = 'S' join pg_namespace sn on sn.oid = s.relnamespace
    join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum and a.attgenerated = ''
    join pg_class c on c.oid = d.adrelid join pg_namespace n on n.oid = c.relnamespace
    where dep.classid = 'pg_attrdef'::regclass and dep.refclassid = 'pg_class'::regclass
      and c.relkind in ('r', 'p') and c.relpersistence <> 't' and ${sql.unsafe(userNamespace)}
      and ${sql.unsafe(notOfExtension('pg_class', 'c.oid'))}
      -- Of a serial column the sequence itself says whose it is.
      and not exists (select from pg_depend o where o.classid = 'pg_class'::regclass and o.objid = s.oid and o.objsubid = 0
        and o.deptype in ('a', 'i') and o.refclassid = 'pg_class'::regclass and o.refobjid = c.oid)`;
  return toldEdges(
    rows.map(({ oid, schema, table, name, expression, sequenceSchema, sequence }) => {
      const id = { kind: 'default', schema, table, name } as const;
      add(reading, { id, attrs: { expression, generated: null } }, address('pg_attrdef', oid));
      const referenced = keyOf({ kind: 'sequence', schema: sequenceSchema, name: sequence });
      return { dependent: keyOf(id), referenced, type: 'normal' };
    }),
  );
}

/** The types of columns by which tables are partitioned. */
export async function readPartitionKeyColumns(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<
    { relation: number; number: number; schema: string; table: string; name: string; type: string }[]
  >`
    select c.oid::int8::float8 as relation, a.attnum::int as number, n.nspname as schema, c.relname as table,
      a.attname as name, format_type(a.atttypid, a.atttypmod) as type
    from pg_partitioned_table p join pg_class c on c.oid = p.partrelid join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum = any(p.partattrs::int2[])
    where not c.relispartition and c.relpersistence <> 't' and ${sql.unsafe(userNamespace)}
      and ${sql.unsafe(notOfExtension('pg_class', 'c.oid'))}`;
  for (const { relation, number, schema, table, name, type } of rows)
    add(
      reading,
      { id: { kind: 'column', schema, table, name }, attrs: { type } },
      address('pg_class', relation, number),
    );
}
