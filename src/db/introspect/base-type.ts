/** Base types and shell types. */
import type { BaseTypeAttributes } from '../../core/kinds/base-type.ts';
import { shellOf } from '../../core/kinds/shell-type.ts';
import { type BaseTypeId, type RangeTypeId, keyOf } from '../../core/model/id.ts';
import { functionName, jsonOf } from './in-schema.ts';
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
const parameter = (name: string, value: string, when = 'true'): string =>
  `case when ${when} then '${name} = ' || ${value} end`;

const parameters = [
  parameter('INPUT', 't.typinput::text'),
  parameter('OUTPUT', 't.typoutput::text'),
  parameter('INTERNALLENGTH', `case t.typlen when -1 then 'VARIABLE' else t.typlen::text end`),
  `case when t.typbyval then 'PASSEDBYVALUE' end`,
  parameter(
    'ALIGNMENT',
    `case t.typalign when 'c' then 'char' when 's' then 'int2' when 'd' then 'double' else 'int4' end`,
  ),
  parameter('CATEGORY', 'quote_literal(t.typcategory::text)', `t.typcategory <> 'U'`),
  parameter('PREFERRED', `'true'`, 't.typispreferred'),
  parameter('DEFAULT', 'quote_literal(t.typdefault)', 't.typdefault is not null'),
  parameter('ELEMENT', 'format_type(t.typelem, null)', 't.typelem <> 0'),
  parameter('DELIMITER', 'quote_literal(t.typdelim::text)', `t.typdelim <> ','`),
  parameter('COLLATABLE', `'true'`, 't.typcollation <> 0'),
];

const attributes = jsonOf({
  parameters: `array_remove(array[${parameters.join(',\n')}], null)`,
  storage: `case t.typstorage when 'e' then 'external' when 'x' then 'extended' when 'm' then 'main' else 'plain' end`,
  receive: functionName('t.typreceive'),
  send: functionName('t.typsend'),
  typmodIn: functionName('t.typmodin'),
  typmodOut: functionName('t.typmodout'),
  analyze: functionName('t.typanalyze'),
  subscript: functionName('t.typsubscript'),
});

export async function readBaseTypes(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<
    ({
      oid: number;
      array: number;
      schema: string;
      name: string;
      defined: boolean;
      attrs: BaseTypeAttributes;
    } & Carried)[]
  >`
    select t.oid::int8::float8 as oid, t.typarray::int8::float8 as array, n.nspname as schema, t.typname as name,
      t.typisdefined as defined, ${sql.unsafe(attributes)} as attrs,
      pg_get_userbyid(t.typowner) as owner, coalesce(t.typacl, acldefault('T', t.typowner))::text as acl,
      obj_description(t.oid, 'pg_type') as comment
    from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where (t.typtype = 'b' or not t.typisdefined) and not exists (select from pg_type e where e.typarray = t.oid)
      and ${sql.unsafe(userNamespace)} and ${sql.unsafe(notOfExtension('pg_type', 't.oid'))}`;
  for (const { oid, array, schema, name, defined, attrs, ...carried } of rows)
    if (defined) {
      const id = { kind: 'base-type', schema, name } as const;
      add(reading, { id, attrs }, address('pg_type', oid));
      reading.keys.set(address('pg_type', array), keyOf(id));
      addShellOf(reading, id);
      addCarried(reading, id, carried);
    } else {
      const id = { kind: 'shell-type', schema, name } as const;
      add(reading, { id, attrs: {} }, address('pg_type', oid));
      addCarried(reading, id, carried);
    }
}

/** Adds the shell that the functions of a type are made on. */
export function addShellOf(reading: Reading, id: BaseTypeId | RangeTypeId): void {
  const shell = shellOf(id);
  add(reading, { id: shell, attrs: {} });
  reading.shells.set(keyOf(id), keyOf(shell));
}
