/** Columns of tables with their defaults: those of the table's own, and what is its own of those that it has from others. */
import type { ColumnAttributes } from '../../core/kinds/parts.ts';
import type { ForeignOption } from '../../core/kinds/foreign-options.ts';
import type { Identity } from '../../core/kinds/identity.ts';
import type { InheritedColumnAttributes } from '../../core/kinds/parts.ts';
import { type Id, type Key, keyOf } from '../../core/model/id.ts';
import { parseAcl } from './acl.ts';
import { foreignOptions } from './foreign-options.ts';
import {
  type Reading,
  add,
  addCarried,
  address,
  commentOf,
  notOfExtension,
  userNamespace,
} from './reading.ts';

type Storage = 'plain' | 'external' | 'main' | 'extended';

interface ColumnRow {
  relation: number;
  number: number;
  schema: string;
  table: string;
  name: string;
  isPartition: boolean;
  isTyped: boolean;
  isLocal: boolean;
  /** Of a view or materialized view: no entry of its own. */
  isView: boolean;
  type: string;
  notNull: boolean;
  collation: string | null;
  /** From 18, the NOT NULL constraint. */
  constraint: string | null;
  constraintLocal: boolean | null;
  constraintInherited: boolean | null;
  noInherit: boolean | null;
  valid: boolean | null;
  storage: Storage;
  typeStorage: Storage;
  compression: string | null;
  statistics: number | null;
  options: string[] | null;
  identity: Identity | null;
  expression: string | null;
  generated: null | 'stored' | 'virtual';
  defaultOid: number | null;
  acl: string[] | null;
  comment: string | null;
  foreignOptions: readonly ForeignOption[] | null;
}

const storageName = (column: string) =>
  `case ${column} when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end`;

/** Columns of tables, and privileges and comments of the columns of views. */
export async function readColumns(reading: Reading): Promise<void> {
  const { sql, serverVersion } = reading;
  const named = serverVersion >= 180000;
  const rows = await sql<ColumnRow[]>`
    select c.oid::int8::float8 as relation, a.attnum::int as number, n.nspname as schema, c.relname as table, a.attname as name,
      c.relispartition as "isPartition", c.reloftype <> 0 as "isTyped", a.attislocal as "isLocal",
      c.relkind in ('v', 'm') as "isView",
      format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as "notNull",
      ${
        named
          ? sql`k.conname as constraint, k.conislocal as "constraintLocal", k.coninhcount > 0 as "constraintInherited",
            k.connoinherit as "noInherit", k.convalidated as valid`
          : sql`null as constraint, null::bool as "constraintLocal", null::bool as "constraintInherited",
            null::bool as "noInherit", null::bool as valid`
      },
      ${sql.unsafe(storageName('a.attstorage'))} as storage, ${sql.unsafe(storageName('t.typstorage'))} as "typeStorage",
      case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end as compression,
      nullif(coalesce(a.attstattarget, -1), -1)::int as statistics,
      (select array_agg(o order by o) from unnest(a.attoptions) o) as options,
      case when a.attcollation <> t.typcollation then
        quote_ident(cn.nspname) || '.' || quote_ident(co.collname) end as collation,
      case when a.attidentity <> '' then json_build_object(
        'generation', case a.attidentity when 'a' then 'always' else 'by default' end,
        'start', s.seqstart::text, 'increment', s.seqincrement::text,
        'min', case when s.seqmin = case when s.seqincrement > 0 then 1 else ty.low end then null else s.seqmin::text end,
        'max', case when s.seqmax = case when s.seqincrement > 0 then ty.high else -1 end then null else s.seqmax::text end,
        'cache', s.seqcache::text, 'cycle', s.seqcycle,
        'sequence', nullif(sc.relname, c.relname || '_' || a.attname || '_seq'),
        'otherPersistence', sc.relpersistence <> c.relpersistence) end as identity,
      pg_get_expr(d.adbin, d.adrelid) as expression,
      case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end as generated,
      d.oid::int8::float8 as "defaultOid",
      case when c.relkind = 'f' then ${sql.unsafe(foreignOptions('a.attfdwoptions'))} end as "foreignOptions",
      a.attacl::text[] as acl, cm.description as comment
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    ${named ? sql`left join pg_constraint k on k.contype = 'n' and k.conrelid = c.oid and k.conkey[1] = a.attnum` : sql``}
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    left join pg_collation co on co.oid = a.attcollation and a.attcollation <> t.typcollation
    left join pg_namespace cn on cn.oid = co.collnamespace
    left join pg_depend sd on a.attidentity <> '' and sd.refclassid = 'pg_class'::regclass and sd.refobjid = c.oid
      and sd.refobjsubid = a.attnum and sd.classid = 'pg_class'::regclass and sd.deptype = 'i'
    left join pg_sequence s on s.seqrelid = sd.objid left join pg_class sc on sc.oid = s.seqrelid
    left join (values ('int2'::regtype, -32768::int8, 32767::int8), ('int4', -2147483648, 2147483647),
      ('int8', -9223372036854775808, 9223372036854775807)) ty(type, low, high) on ty.type = s.seqtypid
    ${sql.unsafe(commentOf('pg_class', 'c.oid', 'a.attnum'))}
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't' and ${sql.unsafe(userNamespace)}
      and (c.relkind in ('r', 'p', 'f') or a.attacl is not null or cm.description is not null)
      and ${sql.unsafe(notOfExtension('pg_class', 'c.oid'))}
    order by c.oid, a.attnum`;
  const parents = rowsOfParents(reading, rows);
  for (const row of rows) {
    const { schema, table, name } = row;
    const id = { kind: 'column', schema, table, name } as const;
    addCarried(reading, id, { acl: row.acl, comment: row.comment });
    if (row.isView) continue;
    const above = (reading.parents.get(row.relation) ?? []).flatMap(
      (parent) => parents.get(parent)?.get(name) ?? [],
    );
    const isInherited = row.isPartition || row.isTyped || (above.length > 0 && !row.isLocal);
    const carriers = isInherited ? carriersOf(reading, row, parents) : [];
    if (isInherited) {
      reading.inherited.set(address('pg_class', row.relation, row.number), carriers);
      hang(reading, { kind: 'comment', on: id }, carriers);
      for (const { to, privilege } of parseAcl(row.acl ?? []))
        hang(reading, { kind: 'grant', on: id, to, privilege }, carriers);
      addOverride(reading, row, above, carriers);
    } else addColumn(reading, row, above);
    addDefault(reading, row, above[0], carriers);
  }
}

type Parents = ReadonlyMap<number, ReadonlyMap<string, ColumnRow>>;

/** @returns by oid and name, the columns of the tables that others have columns from. */
function rowsOfParents(reading: Reading, rows: readonly ColumnRow[]): Parents {
  const wanted = new Set([...reading.parents.values()].flat());
  const found = new Map<number, Map<string, ColumnRow>>();
  for (const row of rows) {
    if (!wanted.has(row.relation)) continue;
    const columns = found.get(row.relation);
    if (columns === undefined) found.set(row.relation, new Map([[row.name, row]]));
    else columns.set(row.name, row);
  }
  return found;
}

/** @returns what an inherited column comes and goes with: its table, and the columns that it is from. */
function carriersOf(reading: Reading, { relation, schema, table, name }: ColumnRow, parents: Parents): Key[] {
  const keys: Key[] = [keyOf({ kind: 'table', schema, name: table })];
  const climb = (oid: number): void => {
    for (const parent of reading.parents.get(oid) ?? []) {
      const row = parents.get(parent)?.get(name);
      if (row === undefined) continue;
      keys.push(keyOf({ kind: 'column', schema: row.schema, table: row.table, name }));
      climb(parent);
    }
  };
  climb(relation);
  return keys;
}

function hang(reading: Reading, id: Id, on: readonly Key[]): void {
  const dependent = keyOf(id);
  for (const referenced of on) reading.edges.push({ dependent, referenced, type: 'auto' });
}

/** NOT NULL as far as it is not the parents'. */
function ownNotNull(
  row: ColumnRow,
  above: readonly ColumnRow[],
): Pick<ColumnAttributes, 'notNull' | 'notNullConstraint'> {
  const own =
    above.length === 0 || row.constraint === null
      ? row.notNull && !above.some(({ notNull }) => notNull)
      : row.constraintInherited !== true || (row.constraintLocal === true && !row.isPartition);
  const usual =
    row.constraint === null ||
    (row.constraint === `${row.table}_${row.name}_not_null` && row.noInherit === false && row.valid === true);
  return {
    notNull: own,
    notNullConstraint:
      !own || usual
        ? null
        : {
            name: row.constraint === `${row.table}_${row.name}_not_null` ? null : row.constraint,
            inherits: row.noInherit === false,
            valid: row.valid === true,
          },
  };
}

function addColumn(reading: Reading, row: ColumnRow, above: readonly ColumnRow[]): void {
  const { relation, number, schema, table, name, type, collation, identity } = row;
  const attrs: ColumnAttributes = {
    type,
    collation,
    identity,
    ...ownNotNull(row, above),
    storage: row.storage === row.typeStorage ? null : { is: row.storage, usual: row.typeStorage },
    compression: row.compression,
    statistics: row.statistics,
    options: row.options ?? [],
    ...(row.foreignOptions === null ? {} : { foreignOptions: row.foreignOptions }),
  };
  const id = { kind: 'column', schema, table, name } as const;
  add(reading, { id, attrs: { ...attrs }, order: number }, address('pg_class', relation, number));
}

/** Of a column that the table has from elsewhere: what differs from what it would be. */
function addOverride(
  reading: Reading,
  row: ColumnRow,
  above: readonly ColumnRow[],
  carriers: readonly Key[],
): void {
  const { relation, schema, table, name } = row;
  const [first] = above;
  const inherited = above.find(({ notNull }) => notNull)?.constraint;
  if (row.isPartition && row.constraintInherited === true && row.constraint !== inherited)
    reading.notNullNames.get(relation)![name] = row.constraint!;
  if (row.identity !== null && (!row.isPartition || first?.identity === null || first === undefined))
    reading.notAnalysed.push({
      object: `identity of column ${schema}.${table}.${name}`,
      schema,
      why: 'the table has the column from another table, which has no identity',
    });
  if (row.foreignOptions !== null && row.foreignOptions.length > 0)
    reading.notAnalysed.push({
      object: `options of column ${schema}.${table}.${name}`,
      schema,
      why: 'options of a column of a foreign table that is a partition are not modelled',
    });
  const usual = first?.storage ?? row.typeStorage;
  const attrs: InheritedColumnAttributes = {
    ...ownNotNull(row, above),
    storage: row.storage === usual ? null : { is: row.storage, usual },
    compression: row.compression === (first?.compression ?? null) ? null : (row.compression ?? 'default'),
    statistics: row.statistics,
    options: row.options ?? [],
  };
  const { notNull, storage, compression, statistics, options } = attrs;
  if (!notNull && storage === null && compression === null && statistics === null && options.length === 0)
    return;
  const id = { kind: 'inherited-column', schema, table, name } as const;
  add(reading, { id, attrs: { ...attrs } });
  hang(reading, id, carriers);
}

/** A default that is the parent's is no entry; where the parent's is missing, NULL stands for it. */
function addDefault(
  reading: Reading,
  row: ColumnRow,
  above: ColumnRow | undefined,
  carriers: readonly Key[],
): void {
  const { schema, table, name, expression, generated, defaultOid } = row;
  if (above !== undefined && expression === above.expression && generated === above.generated) return;
  if (expression === null && (above === undefined || above.expression === null)) return;
  if (generated !== (above?.generated ?? generated) || (generated !== null && carriers.length > 0)) {
    const canDiffer = generated === above?.generated && reading.serverVersion >= 170000;
    if (!canDiffer && carriers.length > 0 && !row.isTyped) {
      reading.notAnalysed.push({
        object: `generation expression of column ${schema}.${table}.${name}`,
        schema,
        why: 'it differs from the one of the column that it is from',
      });
      return;
    }
  }
  const id = { kind: 'default', schema, table, name } as const;
  const at = defaultOid === null ? undefined : address('pg_attrdef', defaultOid);
  add(reading, { id, attrs: { expression: expression ?? 'NULL', generated } }, at);
  hang(reading, id, carriers);
}
