/** Indexes that neither a constraint nor a partitioned parent brings with it. That of a partitioned table is on its partitions too: ONLY would leave it invalid. */
import { commentOf, type Reading, add, addCarried, address, isMade } from './reading.ts';
import { parseRecords } from './record.ts';
import { type Relation, unquoted } from './relation.ts';
import { isNameable, named, printedAs } from './stand-in.ts';

/** The fields of a record, in turn. */
type Told = readonly [
  quoted: string,
  /** null: no more than what follows, put together here. */
  definition: string | null,
  method: string,
  isUnique: 't' | 'f',
  nullsNotDistinct: 't' | 'f',
  /** How many of the columns are of the key. */
  keys: string,
  /** Column numbers: `1 2`; 0: an expression. */
  columns: string,
  /** Of the key's columns, as pg_index has them. */
  options: string,
  /** Both told by a stand-in's names. */
  expression: string | null,
  predicate: string | null,
  comment: string | null,
];

/**
 * SQL: operator classes of the server's that go without saying on any column that can have them: default for their
 * type, where no type that is coerced to it without a function has a default of its own.
 */
const usualClasses = `array(select o.oid from pg_opclass o where o.opcdefault and not ${isMade('o.oid')}
  and not exists (select from pg_cast k join pg_opclass d on d.opcintype = k.castsource and d.opcdefault and d.opcmethod = o.opcmethod
    where k.casttarget = o.opcintype and k.castmethod = 'b' and k.castcontext = 'i')
  and not exists (select from pg_opclass where opcdefault and ${isMade('oid')}))`;

/** SQL: a word of an index's expressions, as they are kept: `({FUNCEXPR :funcid … :funcformat 0 :funccollid 100 …`. */
const word = (at: number): string => `split_part(i.indexprs::text, ' ', ${at})`;

/** SQL: that one of an index's columns is an expression, and a function called by its name: the server puts parentheses around all else. */
const isCall = `cardinality(array_positions(i.indkey::int2[], 0::int2)) = 1
  and ${word(1)} = '({FUNCEXPR' and ${word(10)} = ':funcformat' and ${word(11)} = '0'
  -- 0: none; 100: the database's.
  and ${word(12)} = ':funccollid' and ${word(13)} in ('0', '100')`;

/** SQL: that there is nothing to an index but what is told: for one that is printed, the server takes ten times as long. */
const isPlain = `(i.indexprs is null or (${isCall} and ${isNameable('e.told')}))
  and (i.indpred is null or ${isNameable('p.told')}) and x.reloptions is null and c.relkind <> 'm'
  and i.indclass::oid[] <@ ${usualClasses}
  -- 0: none; 100: the database's.
  and i.indcollation::oid[] <@ '{0,100}' and i.indrelid not in (
    select attrelid from pg_attribute where attcollation not in (0, 100) and attnum > 0 and ${isMade('attrelid')})`;

/** Into the texts of their tables. */
export async function readIndexes({ sql, relations }: Reading): Promise<() => void> {
  const rows = await sql<{ relation: number; indexes: string; oids: string }[]>`
    select relation::int8::float8 as relation, string_agg(told, '') as indexes, string_agg(oid::text, ',') as oids
    from (select i.indrelid as relation, x.oid, row(quote_ident(x.relname),
        case when ${sql.unsafe(isPlain)} then null
          when x.relkind = 'I' then replace(pg_get_indexdef(x.oid), ' ON ONLY ', ' ON ') else pg_get_indexdef(x.oid) end,
        m.amname, i.indisunique, i.indnullsnotdistinct, i.indnkeyatts, i.indkey, i.indoption, e.told, p.told, cm.description)::text as told
    from pg_index i join pg_class x on x.oid = i.indexrelid join pg_class c on c.oid = i.indrelid
    join pg_am m on m.oid = x.relam
    ${sql.unsafe(printedAs('e', 'i.indexprs', 'c.relnatts'))}
    ${sql.unsafe(printedAs('p', 'i.indpred', 'c.relnatts'))}
    ${sql.unsafe(commentOf('pg_class', 'i.indexrelid'))}
    where c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't' and not x.relispartition and ${sql.unsafe(isMade('c.oid'))}
      and i.indexrelid not in (select k.conindid from pg_constraint k where k.contype in ('p', 'u', 'x'))
    order by i.indrelid, x.relname) each group by relation`;
  return () => {
    for (const { relation, indexes, oids } of rows) {
      const texts = relations.get(relation)?.texts;
      if (texts === undefined) continue;
      texts.indexes = indexes;
      texts.indexOids = oids;
    }
  };
}

const toldOf = (text: string): readonly Told[] => parseRecords(text) as unknown as readonly Told[];

/** @returns the names of the indexes on a table. */
export const indexesOf = ({ texts }: Relation): readonly string[] =>
  toldOf(texts.indexes).map(([quoted]) => unquoted(quoted));

/** Adds the indexes on a table or materialized view. */
export function addIndexes(reading: Reading, relation: Relation): void {
  const { schema, name: table } = relation.told;
  const oids = relation.texts.indexOids.split(',');
  for (const [at, told] of toldOf(relation.texts.indexes).entries()) {
    const [quoted, definition] = told;
    const id = { kind: 'index', schema, name: unquoted(quoted) } as const;
    const attrs = { table, definition: definition ?? plainDefinition(told, relation) };
    add(reading, { id, attrs }, address('pg_class', Number(oids[at])));
    const comment = told[10];
    if (comment !== null) addCarried(reading, id, { comment });
  }
}

/** As pg_get_indexdef prints it. */
function plainDefinition(
  [quoted, , method, isUnique, nullsNotDistinct, keys, numbers, directions, expression, predicate]: Told,
  relation: Relation,
): string {
  const columns = numbers
    .split(' ')
    .map((number) =>
      number === '0' ? named(expression!, relation.columns) : relation.columns[Number(number) - 1]!,
    );
  const options = directions.split(' ');
  const key = columns.slice(0, Number(keys)).map((column, at) => `${column}${directionOf(options[at]!)}`);
  const included = columns.slice(Number(keys));
  return [
    `CREATE ${isUnique === 't' ? 'UNIQUE ' : ''}INDEX ${quoted} ON ${relation.told.quoted} USING ${method} (${key.join(', ')})`,
    ...(included.length === 0 ? [] : [`INCLUDE (${included.join(', ')})`]),
    ...(nullsNotDistinct === 't' ? ['NULLS NOT DISTINCT'] : []),
    ...(predicate === null ? [] : [`WHERE ${named(predicate, relation.columns)}`]),
  ].join(' ');
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
