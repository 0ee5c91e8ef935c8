/** Text search parsers. They have no owner. */
import { functionName, readInSchema } from './in-schema.ts';
import type { Reading } from './reading.ts';

export const readTextSearchParsers = (reading: Reading): Promise<void> =>
  readInSchema(reading, 'text-search-parser', {
    catalog: 'pg_ts_parser',
    prefix: 'prs',
    owned: false,
    attributes: {
      start: functionName('o.prsstart'),
      getToken: functionName('o.prstoken'),
      end: functionName('o.prsend'),
      headline: functionName('o.prsheadline'),
      lexTypes: functionName('o.prslextype'),
    },
  });
