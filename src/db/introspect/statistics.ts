/** Extended statistics. */
import { readInSchema } from './in-schema.ts';
import type { Reading } from './reading.ts';

export const readStatistics = (reading: Reading): Promise<void> =>
  readInSchema(reading, 'statistics', {
    catalog: 'pg_statistic_ext',
    prefix: 'stx',
    attributes: {
      definition: `regexp_replace(pg_get_statisticsobjdef(o.oid), '^CREATE ', '')`,
      table: `json_build_object('schema', tn.nspname, 'name', t.relname)`,
      target: 'nullif(o.stxstattarget, -1)',
    },
    joins: 'join pg_class t on t.oid = o.stxrelid join pg_namespace tn on tn.oid = t.relnamespace',
  });
