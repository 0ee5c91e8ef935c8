/** Constraints of tables. NOT NULL (a constraint of its own from 18) is read with the column. */
import type { ForeignKeyTarget } from '../../core/kinds/constraint.ts';
import { readColumnNames } from './column-names.ts';
import { commentOf, type Reading, add, addCarried, address, userNamespace } from './reading.ts';

interface ConstraintRow {
  oid: number;
  schema: string;
  table: string;
  name: string;
  type: 'p' | 'u' | 'f' | 'c' | 'x';
  /** null: no more than its columns, what it references and the actions, which are put together here. */
  definition: string | null;
  relation: number;
  columns: number[] | null;
  referencedRelation: number;
  referencedColumns: number[] | null;
  /** Of a foreign key: quoted, as SQL writes it. */
  target: string | null;
  targetSchema: string | null;
  targetTable: string | null;
  onUpdate: Action;
  onDelete: Action;
  indexOid: number;
  comment: string | null;
}
type Action = ForeignKeyTarget['onDelete'];

/** SQL: an action, from its letter. */
const action = (column: string): string => `case ${column} when 'a' then 'no action' when 'r' then 'restrict'
  when 'c' then 'cascade' when 'n' then 'set null' else 'set default' end`;

/** SQL: that there is nothing to a key but what its row says. The server's own function takes four times as long. */
const isPlain = (serverVersion: number): string => `k.convalidated and not k.condeferrable
  ${serverVersion >= 180000 ? 'and k.conenforced and not k.conperiod' : ''}
  and case k.contype when 'f' then k.confmatchtype = 's' and k.confdelsetcols is null
    else k.contype in ('p', 'u') and i.indnatts = i.indnkeyatts and not i.indnullsnotdistinct end`;

export async function readConstraints(reading: Reading): Promise<void> {
  const { sql, serverVersion } = reading;
  const [names, rows] = await Promise.all([
    readColumnNames(reading),
    sql<ConstraintRow[]>`
    select k.oid::int8::float8 as oid, n.nspname as schema, c.relname as table, k.conname as name, k.contype as type,
      case when (${sql.unsafe(isPlain(serverVersion))}) is not true then pg_get_constraintdef(k.oid) end as definition,
      k.conrelid::int8::float8 as relation, k.conkey as columns,
      k.confrelid::int8::float8 as "referencedRelation", k.confkey as "referencedColumns",
      quote_ident(fn.nspname) || '.' || quote_ident(f.relname) as target,
      fn.nspname as "targetSchema", f.relname as "targetTable",
      ${sql.unsafe(action('k.confupdtype'))} as "onUpdate", ${sql.unsafe(action('k.confdeltype'))} as "onDelete",
      case when k.contype in ('p', 'u', 'x') then k.conindid::int8::float8 else 0 end as "indexOid",
      cm.description as comment
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_class f on f.oid = k.confrelid left join pg_namespace fn on fn.oid = f.relnamespace
    left join pg_index i on i.indexrelid = k.conindid
    ${sql.unsafe(commentOf('pg_constraint', 'k.oid'))}
    where k.contype in ('p', 'u', 'f', 'c', 'x') and k.conparentid = 0
      and (k.coninhcount = 0 or (k.conislocal and not c.relispartition))
      and c.relkind in ('r', 'p', 'f') and ${sql.unsafe(userNamespace)}`,
  ]);
  for (const row of rows) {
    const { oid, schema, table, name, type, relation, indexOid } = row;
    const columns = names(relation, row.columns);
    const referenced = names(row.referencedRelation, row.referencedColumns);
    const { targetSchema, targetTable } = row;
    const references: ForeignKeyTarget | null =
      type !== 'f' || targetSchema === null || targetTable === null
        ? null
        : {
            schema: targetSchema,
            table: targetTable,
            columns: referenced.map((column) => column.name),
            onDelete: row.onDelete,
          };
    const id = { kind: 'constraint', schema, table, name } as const;
    const definition =
      row.definition ??
      plainDefinition(
        row,
        columns.map(({ quoted }) => quoted),
        referenced.map(({ quoted }) => quoted),
      );
    const attrs = { type, definition, columns: columns.map((column) => column.name), references };
    add(reading, { id, attrs }, address('pg_constraint', oid));
    // What depends on the index that enforces it depends on the constraint.
    if (indexOid !== 0)
      reading.keys.set(address('pg_class', indexOid), reading.keys.get(address('pg_constraint', oid))!);
    addCarried(reading, id, { comment: row.comment });
  }
}

/** As pg_get_constraintdef prints it. */
function plainDefinition(
  { type, target, onUpdate, onDelete }: ConstraintRow,
  columns: readonly string[],
  referenced: readonly string[],
): string {
  const list = `(${columns.join(', ')})`;
  if (type !== 'f') return `${type === 'p' ? 'PRIMARY KEY' : 'UNIQUE'} ${list}`;
  const event = (name: string, does: Action) =>
    does === 'no action' ? '' : ` ON ${name} ${does.toUpperCase()}`;
  return `FOREIGN KEY ${list} REFERENCES ${target}(${referenced.join(', ')})${event('UPDATE', onUpdate)}${event('DELETE', onDelete)}`;
}
