/** Text search dictionaries. */
import { nameInSql, readInSchema } from './in-schema.ts';
import type { Reading } from './reading.ts';

export const readTextSearchDictionaries = (reading: Reading): Promise<void> =>
  readInSchema(reading, 'text-search-dictionary', {
    catalog: 'pg_ts_dict',
    prefix: 'dict',
    attributes: {
      template: nameInSql('tn.nspname', 't.tmplname'),
      options: 'o.dictinitoption',
    },
    joins: 'join pg_ts_template t on t.oid = o.dicttemplate join pg_namespace tn on tn.oid = t.tmplnamespace',
  });
