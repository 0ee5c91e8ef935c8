/** Indexes that neither a constraint nor a partitioned parent brings with it. That of a partitioned table is on its partitions too: ONLY would leave it invalid. */
import {
  commentOf,
  type Reading,
  type Relation,
  type RelationColumn,
  add,
  addCarried,
  address,
  notOfExtension,
  userNamespace,
} from './reading.ts';

interface IndexRow {
  oid: number;
  relation: number;
  name: string;
  /** null: perhaps no more than what follows, put together here. */
  definition: string | null;
  quoted: string;
  method: string;
  isUnique: boolean;
  nullsNotDistinct: boolean;
  /** How many of the columns are of the key. */
  keys: number;
  /** Column numbers: `1 2`. */
  columns: string;
  /** Of the key's columns, as pg_index has them: options, operator classes, collations. */
  options: string;
  classes: string;
  collations: string;
  comment: string | null;
}

/** SQL: the definition as the server prints it, which takes ten times as long as all else of an index. */
const printed = `case x.relkind when 'I' then replace(pg_get_indexdef(x.oid), ' ON ONLY ', ' ON ')
  else pg_get_indexdef(x.oid) end`;

/** By oid, the type of which an operator class of the server's is the default one. */
type DefaultClasses = ReadonlyMap<string, string>;

export async function readIndexes(reading: Reading): Promise<void> {
  const { sql, relations } = reading;
  const classes = new Map<string, string>();
  const asked: IndexRow[] = [];
  await Promise.all([
    sql<{ oid: string; type: string }[]>`
    select oid::text, format_type(opcintype, null) as type from pg_opclass
    where opcdefault and oid < 16384 and not exists (select from pg_opclass where opcdefault and oid >= 16384)`.forEach(
      ({ oid, type }) => void classes.set(oid, type),
    ),
    sql<IndexRow[]>`
    select x.oid::int8::float8 as oid, i.indrelid::int8::float8 as relation, x.relname as name,
      case when i.indexprs is not null or i.indpred is not null or x.reloptions is not null or c.relkind = 'm'
        then ${sql.unsafe(printed)} end as definition,
      quote_ident(x.relname) as quoted, m.amname as method, i.indisunique as "isUnique",
      i.indnullsnotdistinct as "nullsNotDistinct", i.indnkeyatts::int as keys, i.indkey::text as columns,
      i.indoption::text as options, i.indclass::text as classes, i.indcollation::text as collations,
      cm.description as comment
    from pg_index i join pg_class x on x.oid = i.indexrelid join pg_class c on c.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace join pg_am m on m.oid = x.relam
    ${sql.unsafe(commentOf('pg_class', 'i.indexrelid'))}
    where c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't' and not x.relispartition and ${sql.unsafe(userNamespace)}
      and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
      and ${sql.unsafe(notOfExtension('pg_class', 'c.oid'))}`.forEach((row) => {
      const relation = relations.get(row.relation)!;
      const definition = row.definition ?? plainDefinition(row, relation, classes);
      if (definition === undefined) asked.push(row);
      else addIndex(reading, row, definition);
    }),
  ]);
  if (asked.length === 0) return;
  const definitions = new Map<number, string>();
  await sql<{ oid: number; definition: string }[]>`
    select x.oid::int8::float8 as oid, ${sql.unsafe(printed)} as definition
    from pg_class x where x.oid = any (string_to_array(${asked.map(({ oid }) => oid).join(',')}, ',')::oid[])`.forEach(
    ({ oid, definition }) => void definitions.set(oid, definition),
  );
  for (const row of asked) addIndex(reading, row, definitions.get(row.oid)!);
}

function addIndex(reading: Reading, { oid, relation, name, comment }: IndexRow, definition: string): void {
  const { schema, name: table } = reading.relations.get(relation)!;
  const id = { kind: 'index', schema, name } as const;
  add(reading, { id, attrs: { table, definition } }, address('pg_class', oid));
  if (comment !== null) addCarried(reading, id, { comment });
}

/** As pg_get_indexdef prints it. @returns undefined where the definition tells more of a key column than its name and direction. */
function plainDefinition(row: IndexRow, relation: Relation, defaults: DefaultClasses): string | undefined {
  const [options, classes, collations] = [row.options, row.classes, row.collations].map((list) =>
    list.split(' '),
  );
  const columns = row.columns.split(' ').map((number) => relation.columns[Number(number) - 1]!);
  const key = columns.slice(0, row.keys);
  if (!key.every((column, at) => isUsual(column, defaults.get(classes![at]!), collations![at]!)))
    return undefined;
  const keys = key.map(({ quoted }, at) => `${quoted}${directionOf(options![at]!)}`);
  const included = columns.slice(row.keys).map(({ quoted }) => quoted);
  return [
    `CREATE ${row.isUnique ? 'UNIQUE ' : ''}INDEX ${row.quoted} ON ${relation.quoted} USING ${row.method} (${keys.join(', ')})`,
    ...(included.length === 0 ? [] : [`INCLUDE (${included.join(', ')})`]),
    ...(row.nullsNotDistinct ? ['NULLS NOT DISTINCT'] : []),
  ].join(' ');
}

/** Types whose values are compared by the database's own collation, unless a column says otherwise. */
const collated = new Set(['text', 'character varying', 'character']);
const [noCollation, databasesCollation] = ['0', '100'];

/** Whether a column is indexed by the operator class and the collation that it has anyway. @param type that the class is the default of. */
function isUsual(
  { type: full, hasCollation }: RelationColumn,
  type: string | undefined,
  collation: string,
): boolean {
  const own = full.replace(/\(\d+(?:,\d+)?\)/, '');
  if (type !== own && !(type === 'text' && own === 'character varying')) return false;
  return (
    collation === noCollation || (collation === databasesCollation && !hasCollation && collated.has(own))
  );
}

/** @param option of pg_index.indoption: 1 is DESC, 2 is NULLS FIRST; each has the other for its usual case. */
function directionOf(option: string): string {
  switch (option) {
    case '0':
      return '';
    case '1':
      return ' DESC NULLS LAST';
    case '2':
      return ' NULLS FIRST';
    default:
      return ' DESC';
  }
}
