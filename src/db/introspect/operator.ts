/** Operators. A shell, which another operator names and nobody has made yet, is none, as pg_dump has it. */
import type { OperatorAttributes } from '../../core/kinds/operator.ts';
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

const link = (column: string): string =>
  `(select json_build_object('schema', ln.nspname, 'name', l.oprname)
    from pg_operator l join pg_namespace ln on ln.oid = l.oprnamespace where l.oid = ${column})`;

const attributes = jsonOf({
  function: functionName('o.oprcode'),
  commutator: link('o.oprcom'),
  negator: link('o.oprnegate'),
  restrict: functionName('o.oprrest'),
  join: functionName('o.oprjoin'),
  hashes: 'o.oprcanhash',
  merges: 'o.oprcanmerge',
});

export async function readOperators(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<
    ({
      oid: number;
      schema: string;
      name: string;
      left: string | null;
      right: string;
      attrs: OperatorAttributes;
    } & Carried)[]
  >`
    select o.oid::int8::float8 as oid, n.nspname as schema, o.oprname as name,
      case when o.oprleft <> 0 then format_type(o.oprleft, null) end as left, format_type(o.oprright, null) as right,
      ${sql.unsafe(attributes)} as attrs,
      pg_get_userbyid(o.oprowner) as owner, obj_description(o.oid, 'pg_operator') as comment
    from pg_operator o join pg_namespace n on n.oid = o.oprnamespace
    where o.oprcode <> 0 and ${sql.unsafe(userNamespace)} and ${sql.unsafe(notOfExtension('pg_operator', 'o.oid'))}`;
  for (const { oid, schema, name, left, right, attrs, ...carried } of rows) {
    const id = { kind: 'operator', schema, name, left, right } as const;
    add(reading, { id, attrs }, address('pg_operator', oid));
    addCarried(reading, id, carried);
  }
}
