/** Casts, and transforms. They have no owner, and lie in no schema. */
import type { CastAttributes } from '../../core/kinds/cast.ts';
import type { TransformAttributes } from '../../core/kinds/transform.ts';
import { jsonOf } from './in-schema.ts';
import { type Reading, add, addCarried, address, notOfExtension } from './reading.ts';

/** SQL: a function with its argument types, as a statement writes it. */
const signature = (column: string): string =>
  `case when ${column} <> 0 then ${column}::oid::regprocedure::text end`;

const castAttributes = jsonOf({
  function: signature('o.castfunc'),
  method: `case o.castmethod when 'f' then 'function' when 'i' then 'inout' else 'binary' end`,
  context: `case o.castcontext when 'e' then 'explicit' when 'a' then 'assignment' else 'implicit' end`,
});
const transformAttributes = jsonOf({ fromSql: signature('o.trffromsql'), toSql: signature('o.trftosql') });

/** SQL: that a cast stands for itself: that of a range to its multirange comes with the type. */
const standsForItself = `not exists (select from pg_depend i
  where i.classid = 'pg_cast'::regclass and i.objid = o.oid and i.deptype = 'i')`;

export async function readCasts(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<
    { oid: number; source: string; target: string; attrs: CastAttributes; comment: string | null }[]
  >`
    select o.oid::int8::float8 as oid, format_type(o.castsource, null) as source, format_type(o.casttarget, null) as target,
      ${sql.unsafe(castAttributes)} as attrs, obj_description(o.oid, 'pg_cast') as comment
    from pg_cast o where o.oid >= 16384 and ${sql.unsafe(standsForItself)}
      and ${sql.unsafe(notOfExtension('pg_cast', 'o.oid'))}`;
  for (const { oid, source, target, attrs, comment } of rows) {
    const id = { kind: 'cast', source, target } as const;
    add(reading, { id, attrs }, address('pg_cast', oid));
    addCarried(reading, id, { comment });
  }
}

export async function readTransforms(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<
    { oid: number; type: string; language: string; attrs: TransformAttributes; comment: string | null }[]
  >`
    select o.oid::int8::float8 as oid, format_type(o.trftype, null) as type, l.lanname as language,
      ${sql.unsafe(transformAttributes)} as attrs, obj_description(o.oid, 'pg_transform') as comment
    from pg_transform o join pg_language l on l.oid = o.trflang
    where o.oid >= 16384 and ${sql.unsafe(notOfExtension('pg_transform', 'o.oid'))}`;
  for (const { oid, type, language, attrs, comment } of rows) {
    const id = { kind: 'transform', type, language } as const;
    add(reading, { id, attrs }, address('pg_transform', oid));
    addCarried(reading, id, { comment });
  }
}
