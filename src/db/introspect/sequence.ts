/** Sequences, and which column owns them. An identity column's sequence is the column's own. */
import type { SequenceAttributes } from '../../core/kinds/sequence.ts';
import {
  type Carried,
  type Reading,
  add,
  addCarried,
  address,
  notOfExtension,
  userNamespace,
} from './reading.ts';

export async function readSequences(reading: Reading): Promise<void> {
  const rows = await reading.sql<
    ({
      oid: number;
      schema: string;
      name: string;
      attrs: SequenceAttributes;
      ownedBy: { schema: string; table: string; column: string } | null;
    } & Carried)[]
  >`
    select c.oid::int8::float8 as oid, n.nspname as schema, c.relname as name,
      json_build_object('type', format_type(s.seqtypid, null), 'start', s.seqstart::text, 'increment', s.seqincrement::text,
        'min', case when s.seqmin = case when s.seqincrement > 0 then 1 else ty.low end then null else s.seqmin::text end,
        'max', case when s.seqmax = case when s.seqincrement > 0 then ty.high else -1 end then null else s.seqmax::text end,
        'cache', s.seqcache::text, 'cycle', s.seqcycle, 'persistence', case c.relpersistence when 'u' then 'unlogged' else 'permanent' end) as attrs,
      case when d.refobjid is not null then json_build_object('schema', tn.nspname, 'table', t.relname, 'column', a.attname) end as "ownedBy",
      pg_get_userbyid(c.relowner) as owner, coalesce(c.relacl, acldefault('s', c.relowner))::text[] as acl,
      obj_description(c.oid, 'pg_class') as comment
    from pg_sequence s join pg_class c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace
    join (values ('int2'::regtype, -32768::int8, 32767::int8), ('int4', -2147483648, 2147483647),
      ('int8', -9223372036854775808, 9223372036854775807)) ty(type, low, high) on ty.type = s.seqtypid
    left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'a'
      and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
    left join pg_class t on t.oid = d.refobjid left join pg_namespace tn on tn.oid = t.relnamespace
    left join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    where c.relpersistence <> 't' and ${reading.sql.unsafe(userNamespace)}
      and ${reading.sql.unsafe(notOfExtension('pg_class', 'c.oid'))}
      and not exists (select from pg_depend i where i.classid = 'pg_class'::regclass and i.objid = c.oid and i.deptype = 'i')`;
  for (const { oid, schema, name, attrs, ownedBy, ...carried } of rows) {
    const id = { kind: 'sequence', schema, name } as const;
    add(reading, { id, attrs }, address('pg_class', oid));
    addCarried(reading, id, carried);
    if (ownedBy !== null) add(reading, { id: { kind: 'owned-by', schema, name }, attrs: ownedBy });
  }
}
