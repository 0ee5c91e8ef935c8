/** Constraints of tables. NOT NULL (a constraint of its own from 18) is read with the column. */
import type { ForeignKeyTarget } from '../../core/kinds/constraint.ts';
import { keyOf } from '../../core/model/id.ts';
import { commentOf, isMade, type Reading, add, addCarried, address } from './reading.ts';
import { parseRecords } from './record.ts';
import { type Relation, unquoted } from './relation.ts';
import { isNameable, named, printedAs } from './stand-in.ts';

/** The fields of a record, in turn. */
type Told = readonly [
  name: string,
  type: 'p' | 'u' | 'f' | 'c' | 'x',
  /** null: no more than its columns, what it references and the actions, or what it checks, which is put together here. */
  definition: string | null,
  /** What it checks, told by a stand-in's names. */
  checked: string | null,
  /** Column numbers: `{1,2}`. */
  columns: string | null,
  referencedColumns: string | null,
  /** JSON, of a foreign key to a table that is not read: an extension's. */
  elsewhere: string | null,
  onUpdate: string,
  onDelete: string,
  /** Storage parameters of the index that enforces it: the definition leaves them out. */
  options: string | null,
  comment: string | null,
];
type Action = ForeignKeyTarget['onDelete'];

/** As pg_constraint has them. */
const actions: Readonly<Record<string, Action>> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
};

/** SQL: that there is nothing to a constraint but what its row says. The server's own function takes four times as long. */
const isPlain = (serverVersion: number): string => `k.convalidated and not k.condeferrable
  ${serverVersion >= 180000 ? 'and k.conenforced and not k.conperiod' : ''}
  and case k.contype when 'f' then k.confmatchtype = 's' and k.confdelsetcols is null and not (${isElsewhere})
    when 'c' then not k.connoinherit and ${isNameable('e.told')}
    else k.contype in ('p', 'u') and i.indnatts = i.indnkeyatts and not i.indnullsnotdistinct end`;

/** SQL: that a foreign key references a table that is the system's or an extension's. */
const isElsewhere = `not ${isMade('k.confrelid')} or k.confrelid in (select e.objid from pg_depend e
  where e.refclassid = 'pg_extension'::regclass and e.classid = 'pg_class'::regclass and e.deptype = 'e')`;

/** Into the texts of their tables. */
export async function readConstraints({ sql, serverVersion, relations }: Reading): Promise<() => void> {
  const rows = await sql<{ relation: number; constraints: string; oids: string }[]>`
    select relation::int8::float8 as relation, string_agg(told, '') as constraints, string_agg(oids, ',') as oids
    from (select k.conrelid as relation, row(k.conname, k.contype,
        case when (${sql.unsafe(isPlain(serverVersion))}) is not true then pg_get_constraintdef(k.oid) end,
        e.told, k.conkey, k.confkey,
        case when k.contype = 'f' and (${sql.unsafe(isElsewhere)}) then (
          select json_build_object('schema', fn.nspname, 'table', f.relname, 'columns', (select json_agg(a.attname order by u.at)
            from unnest(k.confkey) with ordinality u(number, at) join pg_attribute a on a.attrelid = f.oid and a.attnum = u.number))
          from pg_class f join pg_namespace fn on fn.oid = f.relnamespace where f.oid = k.confrelid) end,
        k.confupdtype, k.confdeltype,
        case when x.reloptions is not null then (
          select string_agg(quote_ident(split_part(o, '=', 1)) || '=' || quote_literal(substr(o, strpos(o, '=') + 1)), ', ' order by at)
          from unnest(x.reloptions) with ordinality u(o, at)) end,
        cm.description)::text as told,
      k.oid || ':' || k.confrelid || ':' || case when k.contype in ('p', 'u', 'x') then k.conindid else 0 end as oids
    from pg_constraint k join pg_class c on c.oid = k.conrelid
    ${sql.unsafe(printedAs('e', 'k.conbin', 'c.relnatts'))}
    left join pg_index i on i.indexrelid = k.conindid and k.contype in ('p', 'u')
    left join pg_class x on x.oid = k.conindid and x.reloptions is not null and k.contype in ('p', 'u', 'x')
    ${sql.unsafe(commentOf('pg_constraint', 'k.oid'))}
    where k.contype in ('p', 'u', 'f', 'c', 'x') and k.conparentid = 0
      and (k.coninhcount = 0 or (k.conislocal and not c.relispartition))
      and c.relkind in ('r', 'p', 'f') and ${sql.unsafe(isMade('c.oid'))}
    order by k.conrelid, k.conname) each group by relation`;
  return () => {
    for (const { relation, constraints, oids } of rows) {
      const texts = relations.get(relation)?.texts;
      if (texts === undefined) continue;
      texts.constraints = constraints;
      texts.constraintOids = oids;
    }
  };
}

/** @returns whether one of them is of a sort that is told, and not modelled. */
export const isLoud = ({ texts }: Relation): boolean =>
  // Few have an exclusion constraint.
  texts.constraints.includes(',x,') && toldOf(texts.constraints).some(isLost);

/** Whether storage parameters are lost. */
const isLost = ([, type, , , , , , , , options]: Told): boolean => type === 'x' && options !== null;

const toldOf = (text: string): readonly Told[] => parseRecords(text) as unknown as readonly Told[];

/** Adds the constraints of a table. */
export function addConstraints(reading: Reading, relation: Relation): void {
  const { relations, keys } = reading;
  const { schema, name: table, quoted } = relation.told;
  const oids = relation.texts.constraintOids.split(',');
  for (const [at, told] of toldOf(relation.texts.constraints).entries()) {
    const [name, type, given, , numbers, referencedNumbers, elsewhere, , onDelete, options, comment] = told;
    const [oid, referencedOid, index] = oids[at]!.split(':').map(Number) as [number, number, number];
    const id = { kind: 'constraint', schema, table, name } as const;
    const columns = columnsOf(relation, numbers);
    const target = type === 'f' ? relations.get(referencedOid) : undefined;
    const targetColumns = target === undefined ? [] : columnsOf(target, referencedNumbers);
    const references: ForeignKeyTarget | null =
      type !== 'f'
        ? null
        : {
            ...(target === undefined
              ? (JSON.parse(elsewhere!) as Pick<ForeignKeyTarget, 'schema' | 'table' | 'columns'>)
              : {
                  schema: target.told.schema,
                  table: target.told.name,
                  columns: targetColumns.map(unquoted),
                }),
            onDelete: actions[onDelete]!,
          };
    const plain = given ?? plainDefinition(relation, told, columns, target, targetColumns);
    const definition =
      options === null || isLost(told) ? plain : plain.replace(deferred, (end) => ` WITH (${options})${end}`);
    if (isLost(told))
      reading.notAnalysed.push({
        object: `storage parameters of exclusion constraint ${name} on ${quoted}`,
        schema,
        why: 'this kind of object is not modelled yet',
      });
    const attrs = { type, definition, columns: columns.map(unquoted), references };
    add(reading, { id, attrs }, address('pg_constraint', oid));
    // What depends on the index that enforces it depends on the constraint.
    if (index !== 0) keys.set(address('pg_class', index), keyOf(id));
    if (comment !== null) addCarried(reading, id, { comment });
  }
}

/** @returns the relations whose columns the foreign keys of a table name. */
export function* referencedBy({ relations }: Reading, { texts }: Relation): Iterable<Relation> {
  if (texts.constraintOids === '') return;
  for (const oids of texts.constraintOids.split(',')) {
    const relation = relations.get(Number(oids.split(':')[1]));
    if (relation !== undefined) yield relation;
  }
}

/** How the definition of a key ends: what comes before it, WITH does too. */
const deferred = /(?: DEFERRABLE(?: INITIALLY DEFERRED)?)?$/;

/** The only system column that a constraint may name. */
const tableOid = '-6';

/** @param numbers as the server prints them: `{1,2}`. @returns the names of the columns, as the server quotes them. */
function columnsOf(relation: Relation, numbers: string | null): readonly string[] {
  if (numbers === null || numbers === '{}') return [];
  return numbers
    .slice(1, -1)
    .split(',')
    .flatMap((number) => (number === tableOid ? 'tableoid' : (relation.columns[Number(number) - 1] ?? [])));
}

/** As pg_get_constraintdef prints it. */
function plainDefinition(
  relation: Relation,
  [, type, , checked, , , , onUpdate, onDelete]: Told,
  columns: readonly string[],
  target: Relation | undefined,
  targetColumns: readonly string[],
): string {
  if (type === 'c') return `CHECK (${named(checked!, relation.columns)})`;
  const list = `(${columns.join(', ')})`;
  if (type !== 'f') return `${type === 'p' ? 'PRIMARY KEY' : 'UNIQUE'} ${list}`;
  const event = (name: string, letter: string) =>
    letter === 'a' ? '' : ` ON ${name} ${actions[letter]!.toUpperCase()}`;
  return `FOREIGN KEY ${list} REFERENCES ${target!.told.quoted}(${targetColumns.join(', ')})${event('UPDATE', onUpdate)}${event('DELETE', onDelete)}`;
}
