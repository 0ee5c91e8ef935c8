/** Conversions between encodings. */
import { functionName, readInSchema } from './in-schema.ts';
import type { Reading } from './reading.ts';

export const readConversions = (reading: Reading): Promise<void> =>
  readInSchema(reading, 'conversion', {
    catalog: 'pg_conversion',
    prefix: 'con',
    attributes: {
      from: 'pg_encoding_to_char(o.conforencoding)',
      to: 'pg_encoding_to_char(o.contoencoding)',
      function: functionName('o.conproc'),
      default: 'o.condefault',
    },
  });
