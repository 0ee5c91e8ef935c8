/** Constraints of tables. NOT NULL (a constraint of its own from 18) is read with the column. */
import type { ForeignKeyTarget } from '../../core/kinds/constraint.ts';
import { type Reading, add, addCarried, address, userNamespace } from './reading.ts';

export async function readConstraints(reading: Reading): Promise<void> {
  const rows = await reading.sql<
    {
      oid: number;
      schema: string;
      table: string;
      name: string;
      type: 'p' | 'u' | 'f' | 'c' | 'x';
      definition: string;
      columns: string[] | null;
      references: ForeignKeyTarget | null;
      indexOid: number;
      comment: string | null;
    }[]
  >`
    select k.oid::int8::float8 as oid, n.nspname as schema, c.relname as table, k.conname as name, k.contype as type,
      pg_get_constraintdef(k.oid) as definition,
      (select array_agg(a.attname order by u.at) from unnest(k.conkey) with ordinality u(attnum, at)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum) as columns,
      case when k.contype = 'f' then json_build_object('schema', fn.nspname, 'table', f.relname,
        'columns', (select json_agg(a.attname order by u.at) from unnest(k.confkey) with ordinality u(attnum, at)
          join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum),
        'onDelete', case k.confdeltype when 'a' then 'no action' when 'r' then 'restrict' when 'c' then 'cascade'
          when 'n' then 'set null' else 'set default' end) end as references,
      case when k.contype in ('p', 'u', 'x') then k.conindid::int8::float8 else 0 end as "indexOid",
      obj_description(k.oid, 'pg_constraint') as comment
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_class f on f.oid = k.confrelid left join pg_namespace fn on fn.oid = f.relnamespace
    where k.contype in ('p', 'u', 'f', 'c', 'x') and k.conparentid = 0
      and (not c.relispartition or k.conislocal) and k.coninhcount = 0
      and c.relkind in ('r', 'p', 'f') and ${reading.sql.unsafe(userNamespace)}`;
  for (const row of rows) {
    const { oid, schema, table, name, type, definition, columns, references, indexOid, comment } = row;
    const id = { kind: 'constraint', schema, table, name } as const;
    add(
      reading,
      { id, attrs: { type, definition, columns: columns ?? [], references } },
      address('pg_constraint', oid),
    );
    // What depends on the index that enforces it depends on the constraint.
    if (indexOid !== 0)
      reading.keys.set(address('pg_class', indexOid), reading.keys.get(address('pg_constraint', oid))!);
    addCarried(reading, id, { comment });
  }
}
