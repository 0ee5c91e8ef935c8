/** Foreign tables, and whose partitions they are. Their columns are read with those of tables. */
import type { ForeignTableAttributes } from '../../core/kinds/foreign-table.ts';
import type { PartitionAttributes } from '../../core/kinds/parts.ts';
import { foreignOptions } from './foreign-options.ts';
import {
  type Carried,
  type Reading,
  add,
  addCarried,
  address,
  notOfExtension,
  userNamespace,
} from './reading.ts';

export async function readForeignTables(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<
    ({
      oid: number;
      schema: string;
      name: string;
      attrs: ForeignTableAttributes;
      partition: Omit<PartitionAttributes, 'notNullNames'> | null;
      parentOid: number | null;
    } & Carried)[]
  >`
    select c.oid::int8::float8 as oid, n.nspname as schema, c.relname as name,
      json_build_object('server', s.srvname, 'options', ${sql.unsafe(foreignOptions('f.ftoptions'))}) as attrs,
      case when c.relispartition then json_build_object('parentSchema', pn.nspname, 'parentTable', p.relname,
        'bound', pg_get_expr(c.relpartbound, 0)) end as partition,
      i.inhparent::int8::float8 as "parentOid", pg_get_userbyid(c.relowner) as owner, coalesce(c.relacl, acldefault('r', c.relowner))::text as acl,
      obj_description(c.oid, 'pg_class') as comment
    from pg_foreign_table f join pg_class c on c.oid = f.ftrelid join pg_namespace n on n.oid = c.relnamespace
    join pg_foreign_server s on s.oid = f.ftserver
    left join pg_inherits i on c.relispartition and i.inhrelid = c.oid
    left join pg_class p on p.oid = i.inhparent left join pg_namespace pn on pn.oid = p.relnamespace
    where ${sql.unsafe(userNamespace)} and ${sql.unsafe(notOfExtension('pg_class', 'c.oid'))}`;
  for (const { oid, schema, name, attrs, partition, parentOid, ...carried } of rows) {
    const id = { kind: 'foreign-table', schema, name } as const;
    add(reading, { id, attrs }, address('pg_class', oid));
    addCarried(reading, id, carried);
    if (partition === null || parentOid === null) continue;
    const notNullNames = {};
    reading.notNullNames.set(oid, notNullNames);
    reading.parents.set(oid, [parentOid]);
    add(reading, { id: { kind: 'partition', schema, name }, attrs: { ...partition, notNullNames } });
  }
}
