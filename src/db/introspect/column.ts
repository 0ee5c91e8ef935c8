/** Columns of tables with their defaults: those of the table's own, and what is its own of those that it has from others. */
import { usualSettings } from '../../core/kinds/column-settings.ts';
import type { ForeignOption } from '../../core/kinds/foreign-options.ts';
import type { Identity } from '../../core/kinds/identity.ts';
import type {
  ColumnAttributes,
  InheritedColumnAttributes,
  NotNullAttributes,
} from '../../core/kinds/parts.ts';
import type { Attributes } from '../../core/model/entry.ts';
import { type Id, type Key, keyOf } from '../../core/model/id.ts';
import { parseAcl } from './acl.ts';
import { foreignOptions } from './foreign-options.ts';
import { parseRecords } from './record.ts';
import { type Relation, unquoted } from './relation.ts';
import { isNameable, named, printedAs } from './stand-in.ts';
import {
  type Reading,
  add,
  addCarried,
  address,
  commentOf,
  isMade,
  notOfExtension,
  userNamespace,
} from './reading.ts';

type Storage = 'plain' | 'external' | 'main' | 'extended';

/** The fields of a record, in turn. */
type Told = readonly [
  number: string,
  quoted: string,
  type: string,
  notNull: 't' | 'f',
  /** null: none, or what follows. */
  expression: string | null,
  /** What a generated column is, told by a stand-in's names. */
  numbered: string | null,
  generated: 's' | 'v' | null,
  comment: string | null,
  /** JSON; null for most columns. */
  unusual: string | null,
];
interface Unusual {
  isInherited: boolean;
  isLocal: boolean;
  collation: string | null;
  storage: Storage;
  typeStorage: Storage;
  compression: string | null;
  statistics: number | null;
  options: string[] | null;
  identity: Identity | null;
  acl: string | null;
  foreignOptions: readonly ForeignOption[] | null;
  /** From 18, the NOT NULL constraint. */
  constraint: string | null;
  constraintLocal: boolean | null;
  constraintInherited: boolean | null;
  noInherit: boolean | null;
  valid: boolean | null;
}

interface ColumnRow extends Partial<Unusual> {
  relation: number;
  number: number;
  schema: string;
  table: string;
  name: string;
  isPartition: boolean;
  isTyped: boolean;
  type: string;
  notNull: boolean;
  /** The NOT NULL constraint's name; null before 18. */
  constraint: string | null;
  expression: string | null;
  generated: null | 'stored' | 'virtual';
  identity: Identity | null;
  defaultOid: number | null;
  comment: string | null;
}

export const storageName = (column: string) =>
  `case ${column} when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end`;

const usualName = ({ table, name }: Pick<ColumnRow, 'table' | 'name'>): string => `${table}_${name}_not_null`;

/** Into the texts of their relations: the columns of tables; of views, those with a comment. */
export async function readColumns(reading: Reading): Promise<() => void> {
  const { sql, serverVersion, relations } = reading;
  const hasNames = serverVersion >= 180000;
  const rows = await sql<{ relation: number; columns: string; defaults: string; hasAcl: boolean }[]>`
    select relation::int8::float8 as relation, string_agg(told, '') as columns, string_agg(oid::text, ',') as defaults,
      bool_or("hasAcl") as "hasAcl"
    from (select * from (select a.attrelid as relation, a.attnum as number, a.attacl is not null as "hasAcl",
      row(a.attnum, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), a.attnotnull,
      case when a.attgenerated = '' then e.told when (${sql.unsafe(isNameable('g.told'))}) is not true then pg_get_expr(d.adbin, d.adrelid) end,
      g.told, nullif(a.attgenerated, ''), cm.description,
      case when a.attinhcount > 0 or c.relispartition or c.reloftype <> 0 or c.relkind not in ('r', 'p')
          or a.attcollation <> t.typcollation or a.attstorage <> t.typstorage or a.attcompression <> ''
          or a.attstattarget >= 0 or a.attoptions is not null or a.attacl is not null
          ${
            hasNames
              ? sql`or k.conname <> c.relname || '_' || a.attname || '_not_null' or not k.conislocal or k.coninhcount > 0
                or k.connoinherit or not k.convalidated`
              : sql``
          }
        then json_build_object('isInherited', a.attinhcount > 0, 'isLocal', a.attislocal,
          'collation', case when a.attcollation <> t.typcollation then (select quote_ident(cn.nspname) || '.' || quote_ident(co.collname)
            from pg_collation co join pg_namespace cn on cn.oid = co.collnamespace where co.oid = a.attcollation) end,
          'storage', ${sql.unsafe(storageName('a.attstorage'))}, 'typeStorage', ${sql.unsafe(storageName('t.typstorage'))},
          'compression', case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end,
          'statistics', nullif(coalesce(a.attstattarget, -1), -1)::int,
          'options', (select array_agg(o order by o) from unnest(a.attoptions) o),
          'acl', a.attacl::text,
          'foreignOptions', case when c.relkind = 'f' then ${sql.unsafe(foreignOptions('a.attfdwoptions'))} end
          ${
            hasNames
              ? sql`, 'constraint', k.conname, 'constraintLocal', k.conislocal, 'constraintInherited', k.coninhcount > 0,
                'noInherit', k.connoinherit, 'valid', k.convalidated`
              : sql``
          }) end)::text as told, coalesce(d.oid, 0) as oid
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    ${hasNames ? sql`left join pg_constraint k on k.contype = 'n' and k.conrelid = c.oid and k.conkey[1] = a.attnum` : sql``}
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    -- A default names no column: without the table, the server need not look at it.
    left join lateral (select pg_get_expr(d.adbin, 0) as told where a.attgenerated = '' offset 0) e on true
    ${sql.unsafe(printedAs('g', `case when a.attgenerated <> '' then d.adbin end`, 'c.relnatts'))}
    ${sql.unsafe(commentOf('pg_class', 'c.oid', 'a.attnum'))}
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and ${sql.unsafe(isMade('c.oid'))}
      and (c.relkind in ('r', 'p', 'f') or a.attacl is not null or cm.description is not null)
      -- What is printed is sorted: of what it is printed from there is more.
      offset 0) printed
    -- Sorted, equal tables give equal texts, and groups are put together one after the other.
    order by relation, number) each group by relation`;
  return () => {
    for (const { relation: oid, columns, defaults, hasAcl } of rows) {
      const relation = relations.get(oid);
      if (relation === undefined) continue;
      relation.texts.columns = columns;
      relation.texts.defaults = defaults;
      if (hasAcl) addPrivileges(reading, relation);
    }
  };
}

/** Privileges on columns are bundled by themselves. */
function addPrivileges(reading: Reading, relation: Relation): void {
  for (const [, quoted, , , , , , , unusual] of toldOf(relation.texts.columns)) {
    const { acl } = JSON.parse(unusual ?? '{}') as Partial<Unusual>;
    if (acl != null) addCarried(reading, idOf(relation, unquoted(quoted)), { acl, comment: null });
  }
}

/** What is said of a column more than once in a database, once. */
export class SharedColumns {
  readonly #columns = new Map<string, Attributes>();
  readonly #defaults = new Map<string, Attributes>();
  column(type: string, notNull: boolean): Attributes {
    const same = notNull ? `${type} not null` : type;
    let attrs = this.#columns.get(same);
    if (attrs === undefined) this.#columns.set(same, (attrs = { ...usualAttributes, type, notNull }));
    return attrs;
  }
  plainDefault(expression: string): Attributes {
    let attrs = this.#defaults.get(expression);
    if (attrs === undefined) this.#defaults.set(expression, (attrs = { expression, generated: null }));
    return attrs;
  }
}

/** Adds the columns of a relation that has none from elsewhere. */
export function addColumns(reading: Reading, relation: Relation, shared: SharedColumns): void {
  const defaults = relation.texts.defaults.split(',');
  for (const [at, told] of toldOf(relation.texts.columns).entries()) {
    const [number, quoted, type, notNull, expression, , generated, comment, unusual] = told;
    const id = idOf(relation, unquoted(quoted));
    if (comment !== null) addCarried(reading, id, { comment });
    if (relation.isView) continue;
    const defaultOid = Number(defaults[at]);
    if (unusual !== null || generated !== null || relation.texts.identities.has(Number(number))) {
      const row = rowOf(reading, relation, told, defaultOid);
      addColumn(reading, row, []);
      addDefault(reading, row, undefined, []);
      continue;
    }
    const attrs = shared.column(type, notNull === 't');
    add(
      reading,
      { id, attrs, order: Number(number) },
      address('pg_class', relation.told.oid, Number(number)),
    );
    if (expression !== null)
      add(
        reading,
        { id: { ...id, kind: 'default' }, attrs: shared.plainDefault(expression) },
        address('pg_attrdef', defaultOid),
      );
  }
}

/** Adds the columns of all relations that have any from elsewhere, or that others have theirs from. */
export function addFamilies(reading: Reading, relations: readonly Relation[]): void {
  const above: Parents = new Map();
  const rows = relations.flatMap((relation) => {
    const defaults = relation.texts.defaults.split(',');
    const own = toldOf(relation.texts.columns).map((told, at) =>
      rowOf(reading, relation, told, Number(defaults[at])),
    );
    if (relation.told.isParent) above.set(relation.told.oid, new Map(own.map((row) => [row.name, row])));
    for (const { name, comment } of own)
      if (comment !== null) addCarried(reading, idOf(relation, name), { comment });
    return own;
  });
  for (const row of rows)
    if (row.isPartition || row.isTyped || row.isInherited === true) addInherited(reading, row, above);
    else {
      addColumn(reading, row, []);
      addDefault(reading, row, undefined, []);
    }
}

const generatedName = { s: 'stored', v: 'virtual' } as const;

const toldOf = (text: string): readonly Told[] => parseRecords(text) as unknown as readonly Told[];

const idOf = ({ told }: Relation, name: string) =>
  ({ kind: 'column', schema: told.schema, table: told.name, name }) as const;

function rowOf(
  { serverVersion }: Reading,
  relation: Relation,
  [number, quoted, type, notNull, expression, numbered, generated, comment, unusual]: Told,
  defaultOid: number,
): ColumnRow {
  const { told, texts } = relation;
  const { oid, schema, name: table, isPartition, isTyped } = told;
  const name = unquoted(quoted);
  const identity = texts.identities.get(Number(number));
  return {
    relation: oid,
    number: Number(number),
    schema,
    table,
    name,
    isPartition,
    isTyped,
    type,
    notNull: notNull === 't',
    expression: expression ?? (numbered === null ? null : named(numbered, relation.columns)),
    defaultOid: defaultOid === 0 ? null : defaultOid,
    comment,
    generated: generated === null ? null : generatedName[generated],
    constraint: null,
    ...(serverVersion >= 180000 && notNull === 't' && unusual === null
      ? {
          constraint: usualName({ table, name }),
          constraintLocal: true,
          constraintInherited: false,
          noInherit: false,
          valid: true,
        }
      : {}),
    ...(unusual === null ? {} : (JSON.parse(unusual) as Unusual)),
    identity: identity === undefined ? null : (JSON.parse(identity) as Identity),
  };
}

/** The privileges on columns, without the columns. */
export async function readColumnPrivileges(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<{ schema: string; table: string; name: string; acl: string }[]>`
    select n.nspname as schema, c.relname as table, a.attname as name, a.attacl::text as acl
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where a.attacl is not null and a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f')
      and c.relpersistence <> 't' and ${sql.unsafe(userNamespace)} and ${sql.unsafe(notOfExtension('pg_class', 'c.oid'))}`;
  for (const { schema, table, name, acl } of rows)
    addCarried(reading, { kind: 'column', schema, table, name }, { acl, comment: null });
}

/** Of tables that have columns from elsewhere. */
function addInherited(reading: Reading, row: ColumnRow, parents: Parents): void {
  const { schema, table, name } = row;
  const id = { kind: 'column', schema, table, name } as const;
  const above = (reading.parents.get(row.relation) ?? []).flatMap(
    (parent) => parents.get(parent)?.get(name) ?? [],
  );
  const isInherited = row.isPartition || row.isTyped || (above.length > 0 && row.isLocal === false);
  const carriers = isInherited ? carriersOf(reading, row, parents) : [];
  if (isInherited) {
    reading.inherited.set(address('pg_class', row.relation, row.number), carriers);
    hang(reading, { kind: 'comment', on: id }, carriers);
    for (const { to, privilege } of parseAcl(row.acl ?? '{}'))
      hang(reading, { kind: 'grant', on: id, to, privilege }, carriers);
    addOverride(reading, row, above, carriers);
  } else addColumn(reading, row, above);
  addDefault(reading, row, above[0], carriers);
}

/** By oid and name, the columns of the tables that others have columns from. */
type Parents = Map<number, Map<string, ColumnRow>>;

/** Into the texts of their relations: what identity columns have of their sequences, as JSON. */
export async function readIdentities({ sql, relations }: Reading): Promise<() => void> {
  const rows = await sql<{ relation: number; number: number; identity: string }[]>`
    select a.attrelid::int8::float8 as relation, a.attnum::int as number, json_build_object(
        'generation', case a.attidentity when 'a' then 'always' else 'by default' end,
        'start', s.seqstart::text, 'increment', s.seqincrement::text,
        'min', case when s.seqmin = case when s.seqincrement > 0 then 1 else ty.low end then null else s.seqmin::text end,
        'max', case when s.seqmax = case when s.seqincrement > 0 then ty.high else -1 end then null else s.seqmax::text end,
        'cache', s.seqcache::text, 'cycle', s.seqcycle,
        'sequence', nullif(sc.relname, c.relname || '_' || a.attname || '_seq'),
        'otherPersistence', sc.relpersistence <> c.relpersistence)::text as identity
    from pg_sequence s join pg_class sc on sc.oid = s.seqrelid and sc.relkind = 'S'
    join pg_depend sd on sd.classid = 'pg_class'::regclass and sd.objid = s.seqrelid and sd.deptype = 'i'
      and sd.refclassid = 'pg_class'::regclass
    join pg_class c on c.oid = sd.refobjid
    join pg_attribute a on a.attrelid = c.oid and a.attnum = sd.refobjsubid and a.attidentity <> ''
    left join (values ('int2'::regtype, -32768::int8, 32767::int8), ('int4', -2147483648, 2147483647),
      ('int8', -9223372036854775808, 9223372036854775807)) ty(type, low, high) on ty.type = s.seqtypid`;
  return () => {
    for (const { relation, number, identity } of rows)
      relations.get(relation)?.texts.identities.set(number, identity);
  };
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
function ownNotNull(row: ColumnRow, above: readonly ColumnRow[]): NotNullAttributes {
  const own =
    above.length === 0 || row.constraint === null
      ? row.notNull && !above.some(({ notNull }) => notNull)
      : row.constraintInherited !== true || (row.constraintLocal === true && !row.isPartition);
  const isUsualName = row.constraint === usualName(row);
  const usual = row.constraint === null || (isUsualName && row.noInherit === false && row.valid === true);
  return {
    notNull: own,
    notNullConstraint:
      !own || usual
        ? null
        : {
            name: isUsualName ? null : row.constraint,
            inherits: row.noInherit === false,
            valid: row.valid === true,
          },
  };
}

/** What most columns have besides a type and NOT NULL. */
const usualAttributes = {
  collation: null,
  identity: null,
  notNullConstraint: null,
  ...usualSettings,
} satisfies Partial<ColumnAttributes>;

/** @returns a storage that is not what it would be without being said. */
const storageBeside = (row: ColumnRow, usual: Storage | undefined) =>
  row.storage === undefined || usual === undefined || row.storage === usual
    ? null
    : { is: row.storage, usual };

function addColumn(reading: Reading, row: ColumnRow, above: readonly ColumnRow[]): void {
  const { relation, number, schema, table, name, type, identity } = row;
  const attrs: ColumnAttributes = {
    ...usualAttributes,
    type,
    collation: row.collation ?? null,
    identity,
    ...ownNotNull(row, above),
    storage: storageBeside(row, row.typeStorage),
    compression: row.compression ?? null,
    statistics: row.statistics ?? null,
    options: row.options ?? [],
    ...(row.foreignOptions == null ? {} : { foreignOptions: row.foreignOptions }),
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
  if (row.identity !== null && (!row.isPartition || first === undefined || first.identity === null))
    reading.notAnalysed.push({
      object: `identity of column ${schema}.${table}.${name}`,
      schema,
      why: 'the table has the column from another table, which has no identity',
    });
  if (row.foreignOptions != null && row.foreignOptions.length > 0)
    reading.notAnalysed.push({
      object: `options of column ${schema}.${table}.${name}`,
      schema,
      why: 'options of a column of a foreign table that is a partition are not modelled',
    });
  const usual = first?.storage ?? row.typeStorage;
  const attrs: InheritedColumnAttributes = {
    ...ownNotNull(row, above),
    storage: storageBeside(row, usual),
    compression:
      (row.compression ?? null) === (first?.compression ?? null) ? null : (row.compression ?? 'default'),
    statistics: row.statistics ?? null,
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
