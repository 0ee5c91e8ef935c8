/** Aggregate functions, their parameters written out from the catalog: no server function prints CREATE AGGREGATE. */
import type { AggregateAttributes } from '../../core/kinds/aggregate.ts';
import { argumentTypes } from './function.ts';
import {
  type Carried,
  type Reading,
  add,
  addCarried,
  address,
  notOfExtension,
  userNamespace,
} from './reading.ts';

/** SQL: a parameter that is written when the condition holds. */
const parameter = (name: string, value: string, when: string): string =>
  `case when ${when} then '${name}' || ${value} end`;
const support = (name: string, column: string): string =>
  parameter(`${name} = `, `${column}::regproc::text`, `${column} <> 0`);
/** What FINALFUNC_MODIFY is when nothing is said: an ordered-set aggregate's final function sorts in place. */
const modify = (name: string, column: string): string =>
  parameter(
    `${name} = `,
    `case ${column} when 'r' then 'READ_ONLY' when 's' then 'SHAREABLE' else 'READ_WRITE' end`,
    `${column} <> case a.aggkind when 'n' then 'r' else 'w' end`,
  );

const parameters = [
  support('SFUNC', 'a.aggtransfn'),
  parameter('STYPE = ', 'format_type(a.aggtranstype, null)', 'true'),
  parameter('SSPACE = ', 'a.aggtransspace::text', 'a.aggtransspace <> 0'),
  support('FINALFUNC', 'a.aggfinalfn'),
  parameter('FINALFUNC_EXTRA', `''`, 'a.aggfinalextra'),
  modify('FINALFUNC_MODIFY', 'a.aggfinalmodify'),
  support('COMBINEFUNC', 'a.aggcombinefn'),
  support('SERIALFUNC', 'a.aggserialfn'),
  support('DESERIALFUNC', 'a.aggdeserialfn'),
  parameter('INITCOND = ', 'quote_literal(a.agginitval)', 'a.agginitval is not null'),
  support('MSFUNC', 'a.aggmtransfn'),
  support('MINVFUNC', 'a.aggminvtransfn'),
  parameter('MSTYPE = ', 'format_type(a.aggmtranstype, null)', 'a.aggmtranstype <> 0'),
  parameter('MSSPACE = ', 'a.aggmtransspace::text', 'a.aggmtransspace <> 0'),
  support('MFINALFUNC', 'a.aggmfinalfn'),
  parameter('MFINALFUNC_EXTRA', `''`, 'a.aggmfinalextra'),
  modify('MFINALFUNC_MODIFY', 'a.aggmfinalmodify'),
  parameter('MINITCOND = ', 'quote_literal(a.aggminitval)', 'a.aggminitval is not null'),
  parameter(
    'SORTOP = ',
    `(select format('OPERATOR(%I.%s)', n.nspname, o.oprname)
      from pg_operator o join pg_namespace n on n.oid = o.oprnamespace where o.oid = a.aggsortop)`,
    'a.aggsortop <> 0',
  ),
  parameter(
    'PARALLEL = ',
    `case p.proparallel when 's' then 'SAFE' else 'RESTRICTED' end`,
    `p.proparallel <> 'u'`,
  ),
  parameter('HYPOTHETICAL', `''`, `a.aggkind = 'h'`),
];

export async function readAggregates(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<
    ({ oid: number; schema: string; name: string; args: string } & AggregateAttributes & Carried)[]
  >`
    select p.oid::int8::float8 as oid, n.nspname as schema, p.proname as name, ${sql.unsafe(argumentTypes)} as args,
      case a.aggkind when 'o' then 'ordered-set' when 'h' then 'hypothetical-set' else 'normal' end as type,
      coalesce(nullif(pg_get_function_arguments(p.oid), ''), '*') as arguments,
      pg_get_function_result(p.oid) as returns,
      array_remove(array[${sql.unsafe(parameters.join(',\n'))}], null) as parameters,
      pg_get_userbyid(p.proowner) as owner, coalesce(p.proacl, acldefault('f', p.proowner))::text as acl,
      obj_description(p.oid, 'pg_proc') as comment
    from pg_aggregate a join pg_proc p on p.oid = a.aggfnoid join pg_namespace n on n.oid = p.pronamespace
    where ${sql.unsafe(userNamespace)} and ${sql.unsafe(notOfExtension('pg_proc', 'p.oid'))}`;
  for (const { oid, schema, name, args, owner, acl, comment, ...attrs } of rows) {
    const id = { kind: 'aggregate', schema, name, args } as const;
    add(reading, { id, attrs }, address('pg_proc', oid));
    addCarried(reading, id, { ...(owner === undefined ? {} : { owner }), acl: acl ?? null, comment });
  }
}
