/** Access methods. They have no owner. */
import type { AccessMethodAttributes } from '../../core/kinds/access-method.ts';
import { functionName, jsonOf } from './in-schema.ts';
import { type Reading, add, addCarried, address, notOfExtension } from './reading.ts';

const attributes = jsonOf({
  type: `case o.amtype when 't' then 'table' else 'index' end`,
  handler: functionName('o.amhandler'),
});

export async function readAccessMethods(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<
    { oid: number; name: string; attrs: AccessMethodAttributes; comment: string | null }[]
  >`
    select o.oid::int8::float8 as oid, o.amname as name, ${sql.unsafe(attributes)} as attrs,
      obj_description(o.oid, 'pg_am') as comment
    from pg_am o where o.oid >= 16384 and ${sql.unsafe(notOfExtension('pg_am', 'o.oid'))}`;
  for (const { oid, name, attrs, comment } of rows) {
    const id = { kind: 'access-method', name } as const;
    add(reading, { id, attrs }, address('pg_am', oid));
    addCarried(reading, id, { comment });
  }
}
