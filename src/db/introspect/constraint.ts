/** Constraints of tables. NOT NULL (a constraint of its own from 18) is read with the column. */
import type { ForeignKeyTarget } from '../../core/kinds/constraint.ts';
import { keyOf } from '../../core/model/id.ts';
import {
  commentOf,
  type Reading,
  type Relation,
  add,
  addCarried,
  address,
  userNamespace,
} from './reading.ts';
import { unquoted } from './relation.ts';

interface ConstraintRow {
  oid: number;
  relation: number;
  name: string;
  type: 'p' | 'u' | 'f' | 'c' | 'x';
  /** null: no more than its columns, what it references and the actions, which are put together here. */
  definition: string | null;
  /** Column numbers: `{1,2}`. */
  columns: string | null;
  /** Of a foreign key. */
  referenced: number | null;
  referencedColumns: string | null;
  /** Of a foreign key to a table that is not read: an extension's. */
  elsewhere: Pick<ForeignKeyTarget, 'schema' | 'table' | 'columns'> | null;
  onUpdate: string;
  onDelete: string;
  /** The index that enforces it. */
  index: number | null;
  comment: string | null;
}
type Action = ForeignKeyTarget['onDelete'];

/** As pg_constraint has them. */
const actions: Readonly<Record<string, Action>> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
};

/** SQL: that there is nothing to a key but what its row says. The server's own function takes four times as long. */
const isPlain = (serverVersion: number): string => `k.convalidated and not k.condeferrable
  ${serverVersion >= 180000 ? 'and k.conenforced and not k.conperiod' : ''}
  and case k.contype when 'f' then k.confmatchtype = 's' and k.confdelsetcols is null and not (${isElsewhere})
    else k.contype in ('p', 'u') and i.indnatts = i.indnkeyatts and not i.indnullsnotdistinct end`;

/** SQL: that a foreign key references a table that is the system's or an extension's. */
const isElsewhere = `k.confrelid < 16384 or k.confrelid in (select e.objid from pg_depend e
  where e.refclassid = 'pg_extension'::regclass and e.classid = 'pg_class'::regclass and e.deptype = 'e')`;

export async function readConstraints(reading: Reading): Promise<void> {
  const { sql, serverVersion, relations, keys } = reading;
  const options = new Map<number, string>();
  const optionsRead = readOptions(reading, options);
  await sql<ConstraintRow[]>`
    select k.oid::int8::float8 as oid, k.conrelid::int8::float8 as relation, k.conname as name, k.contype as type,
      case when (${sql.unsafe(isPlain(serverVersion))}) is not true then pg_get_constraintdef(k.oid) end as definition,
      k.conkey::text as columns,
      case k.contype when 'f' then k.confrelid::int8::float8 end as referenced, k.confkey::text as "referencedColumns",
      case when k.contype = 'f' and (${sql.unsafe(isElsewhere)}) then (
        select json_build_object('schema', fn.nspname, 'table', f.relname, 'columns', (select json_agg(a.attname order by u.at)
          from unnest(k.confkey) with ordinality u(number, at) join pg_attribute a on a.attrelid = f.oid and a.attnum = u.number))
        from pg_class f join pg_namespace fn on fn.oid = f.relnamespace where f.oid = k.confrelid) end as elsewhere,
      k.confupdtype as "onUpdate", k.confdeltype as "onDelete",
      case when k.contype in ('p', 'u', 'x') then k.conindid::int8::float8 end as index, cm.description as comment
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_index i on i.indexrelid = k.conindid
    ${sql.unsafe(commentOf('pg_constraint', 'k.oid'))}
    where k.contype in ('p', 'u', 'f', 'c', 'x') and k.conparentid = 0
      and (k.coninhcount = 0 or (k.conislocal and not c.relispartition))
      and c.relkind in ('r', 'p', 'f') and ${sql.unsafe(userNamespace)}`.forEach((row) => {
    const { oid, name, type, index, comment } = row;
    const relation = relations.get(row.relation);
    if (relation === undefined) return;
    const id = { kind: 'constraint', schema: relation.schema, table: relation.name, name } as const;
    const columns = columnsOf(relation, row.columns);
    const target = row.referenced === null ? undefined : relations.get(row.referenced);
    const targetColumns = target === undefined ? [] : columnsOf(target, row.referencedColumns);
    const references: ForeignKeyTarget | null =
      row.referenced === null
        ? null
        : {
            ...(target === undefined
              ? row.elsewhere!
              : { schema: target.schema, table: target.name, columns: targetColumns.map(unquoted) }),
            onDelete: actions[row.onDelete]!,
          };
    const plain = row.definition ?? plainDefinition(row, columns, target, targetColumns);
    const withOptions = index === null ? undefined : options.get(index);
    const isLost = withOptions !== undefined && type === 'x';
    const definition =
      withOptions === undefined || isLost
        ? plain
        : plain.replace(deferred, (end) => ` WITH (${withOptions})${end}`);
    if (isLost)
      reading.notAnalysed.push({
        object: `storage parameters of exclusion constraint ${name} on ${relation.quoted}`,
        schema: relation.schema,
        why: 'this kind of object is not modelled yet',
      });
    const attrs = { type, definition, columns: columns.map(unquoted), references };
    add(reading, { id, attrs }, address('pg_constraint', oid));
    // What depends on the index that enforces it depends on the constraint.
    if (index !== null) keys.set(address('pg_class', index), keyOf(id));
    if (comment !== null) addCarried(reading, id, { comment });
  });
  await optionsRead;
}

/** How the definition of a key ends: what comes before it, WITH does too. */
const deferred = /(?: DEFERRABLE(?: INITIALLY DEFERRED)?)?$/;

/** The storage parameters of indexes that enforce constraints, by oid: the definition of a constraint leaves them out. */
async function readOptions({ sql }: Reading, options: Map<number, string>): Promise<void> {
  await sql<{ oid: number; options: string }[]>`
    select x.oid::int8::float8 as oid,
      (select string_agg(quote_ident(split_part(o, '=', 1)) || '=' || quote_literal(substr(o, strpos(o, '=') + 1)), ', ' order by at)
        from unnest(x.reloptions) with ordinality u(o, at)) as options
    from pg_class x where x.relkind in ('i', 'I') and x.reloptions is not null
      and exists (select from pg_constraint k where k.conindid = x.oid and k.contype in ('p', 'u', 'x'))`.forEach(
    (row) => void options.set(row.oid, row.options),
  );
}

/** The only system column that a constraint may name. */
const tableOid = '-6';

/** @param numbers as the server prints them: `{1,2}`. @returns the names of the columns, as the server quotes them. */
function columnsOf(relation: Relation, numbers: string | null): readonly string[] {
  if (numbers === null || numbers === '{}') return [];
  return numbers
    .slice(1, -1)
    .split(',')
    .flatMap((number) =>
      number === tableOid ? 'tableoid' : (relation.columns[Number(number) - 1]?.quoted ?? []),
    );
}

/** As pg_get_constraintdef prints it. */
function plainDefinition(
  { type, onUpdate, onDelete }: ConstraintRow,
  columns: readonly string[],
  target: Relation | undefined,
  targetColumns: readonly string[],
): string {
  const list = `(${columns.join(', ')})`;
  if (type !== 'f') return `${type === 'p' ? 'PRIMARY KEY' : 'UNIQUE'} ${list}`;
  const event = (name: string, letter: string) =>
    letter === 'a' ? '' : ` ON ${name} ${actions[letter]!.toUpperCase()}`;
  return `FOREIGN KEY ${list} REFERENCES ${target!.quoted}(${targetColumns.join(', ')})${event('UPDATE', onUpdate)}${event('DELETE', onDelete)}`;
}
