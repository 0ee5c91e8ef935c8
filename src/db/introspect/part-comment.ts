/**
 * Comments on what is no entry of its own, and goes with what it is part of: a partition's or child's part of its
 * parent's index or constraint, NOT NULL constraints (from 18), an identity column's sequence, which may have labels too.
 */
import { type ColumnId, type CommentId, type Id, type Key, keyOf } from '../../core/model/id.ts';
import { type Reading, add, address, userNamespace } from './reading.ts';

interface PartRow {
  readonly kind: 'index' | 'constraint' | 'sequence';
  readonly schema: string;
  readonly name: string;
  /** The table that it is of, which lies in another schema only of a sequence. */
  readonly tableSchema: string;
  readonly table: string;
  readonly relation: number;
  /** Of a sequence or a NOT NULL constraint: its column. */
  readonly column: string | null;
  readonly number: number;
  /** Where the topmost of those that it is part of is. */
  readonly catalog: 'pg_class' | 'pg_constraint';
  readonly root: number;
  readonly comment: string | null;
  readonly labels: readonly { readonly provider: string; readonly label: string }[];
}

/** @returns what takes them in, after tables. */
export async function readPartComments(reading: Reading): Promise<() => void> {
  const { sql } = reading;
  const rows = await sql<PartRow[]>`
    select 'index' as kind, n.nspname as schema, x.relname as name, n.nspname as "tableSchema", c.relname as table,
      c.oid::int8::float8 as relation, null as column, 0 as number, 'pg_class' as catalog,
      (select a.relid::oid from pg_partition_ancestors(x.oid) with ordinality a(relid, at) order by at desc limit 1)::int8::float8 as root,
      cm.description as comment, '[]'::json as labels
    from pg_description cm join pg_class x on x.oid = cm.objoid and x.relkind in ('i', 'I') and x.relispartition
    join pg_index i on i.indexrelid = x.oid join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
    where cm.classoid = 'pg_class'::regclass and cm.objsubid = 0 and ${sql.unsafe(userNamespace)}
    union all
    select 'constraint', n.nspname, k.conname, n.nspname, c.relname, c.oid::int8::float8,
      a.attname, coalesce(a.attnum, 0)::int, 'pg_constraint',
      (with recursive above(oid, parent) as (select k.oid, k.conparentid
        union all select p.oid, p.conparentid from above join pg_constraint p on p.oid = above.parent)
        select oid from above where parent = 0)::int8::float8,
      cm.description, '[]'
    from pg_description cm join pg_constraint k on k.oid = cm.objoid
    join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_attribute a on k.contype = 'n' and a.attrelid = c.oid and a.attnum = k.conkey[1]
    where cm.classoid = 'pg_constraint'::regclass and c.relkind in ('r', 'p', 'f') and ${sql.unsafe(userNamespace)}
      and (k.contype = 'n' or k.conparentid <> 0 or (k.coninhcount > 0 and (not k.conislocal or c.relispartition)))
    union all
    select 'sequence', sn.nspname, q.relname, n.nspname, c.relname, c.oid::int8::float8,
      a.attname, a.attnum::int, 'pg_class', 0, cm.description,
      (select coalesce(json_agg(json_build_object('provider', l.provider, 'label', l.label)), '[]') from pg_seclabel l
        where l.classoid = 'pg_class'::regclass and l.objoid = q.oid)
    from (select objoid from pg_description where classoid = 'pg_class'::regclass and objsubid = 0
      union select objoid from pg_seclabel where classoid = 'pg_class'::regclass) told
    join pg_class q on q.oid = told.objoid and q.relkind = 'S' join pg_namespace sn on sn.oid = q.relnamespace
    join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = q.oid and d.deptype = 'i' and d.refclassid = 'pg_class'::regclass
    join pg_class c on c.oid = d.refobjid join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
    left join pg_description cm on cm.classoid = 'pg_class'::regclass and cm.objoid = q.oid and cm.objsubid = 0
    where ${sql.unsafe(userNamespace)}`;
  return () => {
    for (const row of rows) {
      // An extension's.
      if (!reading.keys.has(address('pg_class', row.relation))) continue;
      const on: CommentId['on'] =
        row.kind === 'constraint'
          ? { kind: 'constraint', schema: row.schema, table: row.table, name: row.name }
          : { kind: row.kind, schema: row.schema, name: row.name };
      const carriers = carriersOf(reading, row);
      const put = (id: Id, attrs: { [name: string]: string }) => {
        add(reading, { id, attrs });
        for (const referenced of carriers)
          reading.edges.push({ dependent: keyOf(id), referenced, type: 'auto' });
      };
      if (row.comment !== null) put({ kind: 'comment', on }, { text: row.comment });
      for (const { provider, label } of row.labels) put({ kind: 'security-label', on, provider }, { label });
    }
  };
}

/** @returns what it comes and goes with. */
function carriersOf(reading: Reading, row: PartRow): readonly Key[] {
  const { tableSchema: schema, table, column, number, relation } = row;
  const keys = [keyOf({ kind: 'table', schema, name: table })];
  const root = reading.keys.get(address(row.catalog, row.root));
  if (root !== undefined) keys.push(root);
  if (column !== null) {
    const id: ColumnId = { kind: 'column', schema, table, name: column };
    keys.push(keyOf(id), ...(reading.inherited.get(address('pg_class', relation, number)) ?? []));
  }
  if (row.kind === 'constraint')
    for (const parent of ancestorsOf(reading, relation)) {
      const { schema: above, name } = reading.relations.get(parent)!.told;
      keys.push(keyOf({ kind: 'constraint', schema: above, table: name, name: row.name }));
    }
  return [...new Set(keys)];
}

const ancestorsOf = (reading: Reading, relation: number): number[] =>
  (reading.parents.get(relation) ?? []).flatMap((parent) =>
    reading.relations.has(parent) ? [parent, ...ancestorsOf(reading, parent)] : [],
  );
