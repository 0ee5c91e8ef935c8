/** Functions and procedures. */
import type { FunctionAttributes } from '../../core/kinds/function.ts';
import {
  type Carried,
  type Reading,
  add,
  addCarried,
  address,
  notOfExtension,
  userNamespace,
} from './reading.ts';

/** SQL: the types of the input arguments of a row p of pg_proc, which tell it from others of its name. */
export const argumentTypes = `coalesce((select string_agg(format_type(u.type, null), ', ' order by u.at)
  from unnest(p.proargtypes) with ordinality u(type, at)), '')`;

/** SQL: that a row p of pg_proc stands for itself: a range type's constructors come and go with the type. */
export const standsForItself = `not exists (select from pg_depend i
  where i.classid = 'pg_proc'::regclass and i.objid = p.oid and i.deptype = 'i')`;

/** Of functions only whose they are, and who may use them: to print what they are takes most of the time. */
export async function readFunctionHolders(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<({ oid: number; schema: string; name: string; args: string } & Carried)[]>`
    select p.oid::int8::float8 as oid, n.nspname as schema, p.proname as name, ${sql.unsafe(argumentTypes)} as args,
      pg_get_userbyid(p.proowner) as owner, coalesce(p.proacl, acldefault('f', p.proowner))::text as acl, null as comment
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where p.prokind <> 'a' and ${sql.unsafe(userNamespace)} and ${sql.unsafe(notOfExtension('pg_proc', 'p.oid'))}
      and ${sql.unsafe(standsForItself)}`;
  for (const { oid, schema, name, args, ...carried } of rows) {
    const id = { kind: 'function', schema, name, args } as const;
    add(reading, { id, attrs: {} }, address('pg_proc', oid));
    addCarried(reading, id, carried);
  }
}

export async function readFunctions(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<
    ({ oid: number; schema: string; name: string; args: string; attrs: FunctionAttributes } & Carried)[]
  >`
    select p.oid::int8::float8 as oid, n.nspname as schema, p.proname as name, ${sql.unsafe(argumentTypes)} as args,
      json_build_object(
        'routine', case p.prokind when 'p' then 'procedure' when 'w' then 'window' else 'function' end,
        'definition', regexp_replace(rtrim(pg_get_functiondef(p.oid), E'\n'), '^CREATE OR REPLACE ', ''),
        'language', l.lanname,
        'parameters', (select coalesce(json_agg(json_build_object('mode', a.mode, 'name', coalesce(a.name, ''),
            'type', format_type(a.type, null), 'hasDefault', a.input and a.place > p.pronargs - p.pronargdefaults) order by a.at), '[]')
          from (select u.*, u.mode in ('i', 'b', 'v') as input,
              count(*) filter (where u.mode in ('i', 'b', 'v')) over (order by u.at) as place
            from (select at, type, coalesce(p.proargmodes[at], 'i') as mode, p.proargnames[at] as name
              from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality t(type, at)) u) a),
        'returns', pg_get_function_result(p.oid),
        'securityDefiner', p.prosecdef) as attrs,
      pg_get_userbyid(p.proowner) as owner, coalesce(p.proacl, acldefault('f', p.proowner))::text as acl,
      obj_description(p.oid, 'pg_proc') as comment
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
    where p.prokind <> 'a' and ${sql.unsafe(userNamespace)} and ${sql.unsafe(notOfExtension('pg_proc', 'p.oid'))}
      and ${sql.unsafe(standsForItself)}`;
  for (const { oid, schema, name, args, attrs, ...carried } of rows) {
    const id = { kind: 'function', schema, name, args } as const;
    add(reading, { id, attrs }, address('pg_proc', oid));
    addCarried(reading, id, carried);
  }
}
