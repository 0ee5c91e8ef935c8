/** Domain types and their check constraints. */
import type { DomainConstraintAttributes } from '../../core/kinds/domain-constraint.ts';
import type { DomainTypeAttributes } from '../../core/kinds/domain-type.ts';
import {
  type Carried,
  type Reading,
  add,
  addCarried,
  address,
  notOfExtension,
  userNamespace,
} from './reading.ts';

export async function readDomainTypes(reading: Reading): Promise<void> {
  const { sql } = reading;
  const [types, constraints] = await Promise.all([
    sql<
      ({ oid: number; array: number; schema: string; name: string; attrs: DomainTypeAttributes } & Carried)[]
    >`
    select t.oid::int8::float8 as oid, t.typarray::int8::float8 as array, n.nspname as schema, t.typname as name,
      json_build_object(
        'type', format_type(t.typbasetype, t.typtypmod),
        'collation', case when t.typcollation <> b.typcollation then quote_ident(cn.nspname) || '.' || quote_ident(co.collname) end,
        'default', pg_get_expr(t.typdefaultbin, 'pg_type'::regclass),
        'notNull', t.typnotnull,
        'notNullName', (select nullif(k.conname, t.typname || '_not_null') from pg_constraint k
          where k.contypid = t.oid and k.contype = 'n')) as attrs,
      pg_get_userbyid(t.typowner) as owner, coalesce(t.typacl, acldefault('T', t.typowner))::text as acl,
      obj_description(t.oid, 'pg_type') as comment
    from pg_type t join pg_namespace n on n.oid = t.typnamespace join pg_type b on b.oid = t.typbasetype
    left join pg_collation co on co.oid = t.typcollation left join pg_namespace cn on cn.oid = co.collnamespace
    where t.typtype = 'd' and ${sql.unsafe(userNamespace)} and ${sql.unsafe(notOfExtension('pg_type', 't.oid'))}`,
    sql<
      {
        oid: number;
        schema: string;
        domain: string;
        name: string;
        attrs: DomainConstraintAttributes;
        comment: string | null;
      }[]
    >`
    select k.oid::int8::float8 as oid, n.nspname as schema, t.typname as domain, k.conname as name,
      json_build_object('definition', regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''),
        'validated', k.convalidated) as attrs,
      obj_description(k.oid, 'pg_constraint') as comment
    from pg_constraint k join pg_type t on t.oid = k.contypid join pg_namespace n on n.oid = t.typnamespace
    where k.contype = 'c' and ${sql.unsafe(userNamespace)} and ${sql.unsafe(notOfExtension('pg_type', 't.oid'))}`,
  ]);
  for (const { oid, array, schema, name, attrs, ...carried } of types) {
    const id = { kind: 'domain-type', schema, name } as const;
    add(reading, { id, attrs }, address('pg_type', oid));
    reading.keys.set(address('pg_type', array), reading.keys.get(address('pg_type', oid))!);
    addCarried(reading, id, carried);
  }
  for (const { oid, schema, domain, name, attrs, comment } of constraints) {
    const id = { kind: 'domain-constraint', schema, domain, name } as const;
    add(reading, { id, attrs }, address('pg_constraint', oid));
    addCarried(reading, id, { comment });
  }
}
