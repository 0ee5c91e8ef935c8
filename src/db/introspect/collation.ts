/** Collations of the database's own encoding, or of any: the others are told as not analysed. */
import { readInSchema } from './in-schema.ts';
import type { Reading } from './reading.ts';

/** SQL: that a row of pg_collation can be used in this database. */
export const usableCollation = `o.collencoding in (-1, pg_char_to_encoding(getdatabaseencoding()))`;

export const readCollations = (reading: Reading): Promise<void> =>
  readInSchema(reading, 'collation', {
    catalog: 'pg_collation',
    prefix: 'coll',
    attributes: {
      provider: `case o.collprovider when 'i' then 'icu' when 'b' then 'builtin' else 'libc' end`,
      locale: `coalesce(${reading.serverVersion >= 170000 ? 'o.colllocale' : 'o.colliculocale'},
        case when o.collcollate = o.collctype then o.collcollate end)`,
      collate: 'case when o.collcollate <> o.collctype then o.collcollate end',
      ctype: 'case when o.collcollate <> o.collctype then o.collctype end',
      deterministic: 'o.collisdeterministic',
      rules: reading.serverVersion >= 160000 ? 'o.collicurules' : 'null::text',
    },
    where: usableCollation,
  });
