/** Extended statistics. The server keeps their columns in the order of the table, which may be another elsewhere: they are read in the order of their names. */
import { readInSchema } from './in-schema.ts';
import type { Reading } from './reading.ts';

const definition = `pg_get_statisticsobjdef(o.oid)`;
/** `a, b, (c + 1)` */
const items = `pg_get_statisticsobjdef_columns(o.oid)`;
const columnList = (order: string) =>
  `(select string_agg(quote_ident(a.attname), ', ' order by ${order})
    from unnest(o.stxkeys::int2[]) with ordinality k(number, at)
    join pg_attribute a on a.attrelid = o.stxrelid and a.attnum = k.number)`;
/** Its expressions come after its columns; what comes after both is the table. */
const sorted = `concat(
  left(${definition}, length(${definition}) - length(tail.text)),
  ${columnList('a.attname')},
  substr(${items}, 1 + coalesce(length(${columnList('k.at')}), 0)),
  substr(tail.text, 1 + length(${items})))`;

export const readStatistics = (reading: Reading): Promise<void> =>
  readInSchema(reading, 'statistics', {
    catalog: 'pg_statistic_ext',
    prefix: 'stx',
    attributes: {
      definition: `regexp_replace(${sorted}, '^CREATE ', '')`,
      table: `json_build_object('schema', tn.nspname, 'name', t.relname)`,
      target: 'nullif(o.stxstattarget, -1)',
    },
    joins: `join pg_class t on t.oid = o.stxrelid join pg_namespace tn on tn.oid = t.relnamespace
      cross join lateral (select ${items} || ' FROM ' || o.stxrelid::regclass as text) tail`,
  });
