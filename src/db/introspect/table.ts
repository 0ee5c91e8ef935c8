/** Tables with their partition bounds, columns and defaults. */
import type { Identity } from '../../core/kinds/column.ts';
import type { ForeignOption } from '../../core/kinds/foreign-options.ts';
import { foreignOptions } from './foreign-options.ts';
import {
  type Carried,
  type Reading,
  add,
  addCarried,
  address,
  commentOf,
  notOfExtension,
  userNamespace,
} from './reading.ts';

interface TableRow extends Carried {
  oid: number;
  schema: string;
  name: string;
  kind: 'table' | 'partitioned';
  partitionKey: string | null;
  persistence: 'permanent' | 'unlogged';
  options: string[] | null;
  rowSecurity: boolean;
  forceRowSecurity: boolean;
  replicaIdentity: 'default' | 'full' | 'nothing';
  bound: string | null;
  parentSchema: string | null;
  parentTable: string | null;
}

export async function readTables(reading: Reading): Promise<void> {
  const rows = await reading.sql<TableRow[]>`
    select c.oid::int8::float8 as oid, n.nspname as schema, c.relname as name,
      case c.relkind when 'p' then 'partitioned' else 'table' end as kind,
      case c.relkind when 'p' then pg_get_partkeydef(c.oid) end as "partitionKey",
      case c.relpersistence when 'u' then 'unlogged' else 'permanent' end as persistence,
      (select array_agg(o order by o) from unnest(c.reloptions) o) as options,
      c.relrowsecurity as "rowSecurity", c.relforcerowsecurity as "forceRowSecurity",
      case c.relreplident when 'f' then 'full' when 'n' then 'nothing' else 'default' end as "replicaIdentity",
      case when c.relispartition then pg_get_expr(c.relpartbound, c.oid) end as bound,
      pn.nspname as "parentSchema", p.relname as "parentTable",
      pg_get_userbyid(c.relowner) as owner, coalesce(c.relacl, acldefault('r', c.relowner))::text[] as acl,
      obj_description(c.oid, 'pg_class') as comment
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    left join pg_inherits i on c.relispartition and i.inhrelid = c.oid
    left join pg_class p on p.oid = i.inhparent left join pg_namespace pn on pn.oid = p.relnamespace
    where c.relkind in ('r', 'p') and c.relpersistence <> 't' and ${reading.sql.unsafe(userNamespace)}
      and ${reading.sql.unsafe(notOfExtension('pg_class', 'c.oid'))}`;
  for (const row of rows) {
    const { oid, schema, name, bound, parentSchema, parentTable, owner, acl, comment, options, ...attrs } =
      row;
    const id = { kind: 'table', schema, name } as const;
    add(reading, { id, attrs: { ...attrs, options: options ?? [] } }, address('pg_class', oid));
    addCarried(reading, id, { ...(owner === undefined ? {} : { owner }), acl: acl ?? null, comment });
    if (bound !== null && parentSchema !== null && parentTable !== null)
      add(reading, { id: { kind: 'partition', schema, name }, attrs: { parentSchema, parentTable, bound } });
  }
}

interface ColumnRow {
  relation: number;
  number: number;
  schema: string;
  table: string;
  name: string;
  isPartition: boolean;
  /** Of a view or materialized view: no entry of its own. */
  isView: boolean;
  type: string;
  notNull: boolean;
  collation: string | null;
  identity: Identity | null;
  expression: string | null;
  generated: null | 'stored' | 'virtual';
  defaultOid: number | null;
  acl: string[] | null;
  comment: string | null;
  foreignOptions: readonly ForeignOption[] | null;
}

/** Columns of tables, and privileges and comments of the columns of views. */
export async function readColumns(reading: Reading): Promise<void> {
  const rows = await reading.sql<ColumnRow[]>`
    select c.oid::int8::float8 as relation, a.attnum::int as number, n.nspname as schema, c.relname as table, a.attname as name,
      c.relispartition as "isPartition", c.relkind in ('v', 'm') as "isView",
      format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as "notNull",
      case when a.attcollation <> t.typcollation then
        quote_ident(cn.nspname) || '.' || quote_ident(co.collname) end as collation,
      case when a.attidentity <> '' then json_build_object(
        'generation', case a.attidentity when 'a' then 'always' else 'by default' end,
        'start', s.seqstart::text, 'increment', s.seqincrement::text,
        'min', case when s.seqmin = case when s.seqincrement > 0 then 1 else ty.low end then null else s.seqmin::text end,
        'max', case when s.seqmax = case when s.seqincrement > 0 then ty.high else -1 end then null else s.seqmax::text end,
        'cache', s.seqcache::text, 'cycle', s.seqcycle) end as identity,
      pg_get_expr(d.adbin, d.adrelid) as expression,
      case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end as generated,
      d.oid::int8::float8 as "defaultOid",
      case when c.relkind = 'f' then ${reading.sql.unsafe(foreignOptions('a.attfdwoptions'))} end as "foreignOptions",
      a.attacl::text[] as acl, cm.description as comment
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    left join pg_collation co on co.oid = a.attcollation and a.attcollation <> t.typcollation
    left join pg_namespace cn on cn.oid = co.collnamespace
    left join pg_depend sd on a.attidentity <> '' and sd.refclassid = 'pg_class'::regclass and sd.refobjid = c.oid
      and sd.refobjsubid = a.attnum and sd.classid = 'pg_class'::regclass and sd.deptype = 'i'
    left join pg_sequence s on s.seqrelid = sd.objid
    left join (values ('int2'::regtype, -32768::int8, 32767::int8), ('int4', -2147483648, 2147483647),
      ('int8', -9223372036854775808, 9223372036854775807)) ty(type, low, high) on ty.type = s.seqtypid
    ${reading.sql.unsafe(commentOf('pg_class', 'c.oid', 'a.attnum'))}
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't' and ${reading.sql.unsafe(userNamespace)}
      and (c.relkind in ('r', 'p', 'f') or a.attacl is not null or cm.description is not null)
      and ${reading.sql.unsafe(notOfExtension('pg_class', 'c.oid'))}
    order by c.oid, a.attnum`;
  const partitions: ColumnRow[] = [];
  for (const row of rows) {
    const {
      relation,
      number,
      schema,
      table,
      name,
      type,
      notNull,
      collation,
      identity,
      foreignOptions: options,
    } = row;
    const id = { kind: 'column', schema, table, name } as const;
    const at = address('pg_class', relation, number);
    if (row.isPartition) partitions.push(row);
    else if (!row.isView) {
      const attrs = {
        type,
        notNull,
        collation,
        identity,
        ...(options === null ? {} : { foreignOptions: options }),
      };
      add(reading, { id, attrs, order: number }, at);
      addDefault(reading, row);
    }
    addCarried(reading, id, { acl: row.acl, comment: row.comment });
  }
  addPartitionColumns(reading, partitions);
}

function addDefault(reading: Reading, row: ColumnRow): void {
  const { schema, table, name, expression, generated, defaultOid } = row;
  if (expression === null || defaultOid === null) return;
  const id = { kind: 'default', schema, table, name } as const;
  add(reading, { id, attrs: { expression, generated } }, address('pg_attrdef', defaultOid));
}

/** A partition's columns are its parent's. One that is not the same is told, not dropped. */
function addPartitionColumns(reading: Reading, rows: readonly ColumnRow[]): void {
  const describe = (row: Pick<ColumnRow, 'type' | 'notNull' | 'collation'>, expression: string | null) =>
    JSON.stringify([row.type, row.notNull, row.collation, expression]);
  const parentOf = new Map<string, string>();
  const columns = new Map<string, string>();
  const expressions = new Map<string, string>();
  for (const { id, attrs } of reading.entries.values()) {
    if (id.kind === 'partition')
      parentOf.set(
        `${id.schema}\0${id.name}`,
        `${attrs['parentSchema'] as string}\0${attrs['parentTable'] as string}`,
      );
    if (id.kind === 'default')
      expressions.set(`${id.schema}\0${id.table}\0${id.name}`, attrs['expression'] as string);
  }
  for (const { id, attrs } of reading.entries.values())
    if (id.kind === 'column') {
      const name = `${id.schema}\0${id.table}\0${id.name}`;
      columns.set(
        name,
        describe(
          {
            type: attrs['type'] as string,
            notNull: attrs['notNull'] === true,
            collation: attrs['collation'] as string | null,
          },
          expressions.get(name) ?? null,
        ),
      );
    }
  for (const row of rows) {
    let root = `${row.schema}\0${row.table}`;
    for (let parent = parentOf.get(root); parent !== undefined; parent = parentOf.get(root)) root = parent;
    const hasOptions = (row.foreignOptions ?? []).length > 0;
    if (!hasOptions && columns.get(`${root}\0${row.name}`) === describe(row, row.expression)) continue;
    reading.notAnalysed.push({
      object: `column ${row.name} of partition ${row.schema}.${row.table}`,
      schema: row.schema,
      why: 'it differs from its parent’s column in type, NOT NULL, collation, default or foreign options',
    });
  }
}
