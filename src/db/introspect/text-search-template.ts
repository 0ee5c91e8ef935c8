/** Text search templates. They have no owner. */
import { functionName, readInSchema } from './in-schema.ts';
import type { Reading } from './reading.ts';

export const readTextSearchTemplates = (reading: Reading): Promise<void> =>
  readInSchema(reading, 'text-search-template', {
    catalog: 'pg_ts_template',
    prefix: 'tmpl',
    owned: false,
    attributes: {
      init: functionName('o.tmplinit'),
      lexize: functionName('o.tmpllexize'),
    },
  });
