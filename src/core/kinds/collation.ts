/** Collations. Columns hold one fast, as they do a type: one that becomes another makes way under another name. */
import { literal } from '../../sql/quote.ts';
import type { CollationId } from '../model/id.ts';
import { createObject, dropObject, inItsSchema, optionList } from './in-schema.ts';
import type { Kind } from './kind.ts';
import { renameType } from './type.ts';

export type CollationAttributes = {
  readonly provider: 'libc' | 'icu' | 'builtin';
  /** null: `collate` and `ctype` tell. */
  readonly locale: string | null;
  readonly collate: string | null;
  readonly ctype: string | null;
  readonly deterministic: boolean;
  /** Of ICU, from 16. */
  readonly rules: string | null;
};

export const collation: Kind<CollationId, CollationAttributes> = {
  name: 'collation',
  rank: 28,
  references: inItsSchema,
  create: ({ id, attrs }) => {
    const option = (name: string, value: string | null) =>
      value === null ? undefined : `${name} = ${literal(value)}`;
    const options = [
      `PROVIDER = ${attrs.provider}`,
      option('LOCALE', attrs.locale),
      option('LC_COLLATE', attrs.collate),
      option('LC_CTYPE', attrs.ctype),
      attrs.deterministic ? undefined : 'DETERMINISTIC = false',
      option('RULES', attrs.rules),
    ];
    return [createObject(id, optionList(options))];
  },
  drop: dropObject,
  alter: () => 'swap',
  swap: { makeWay: renameType, convert: (value) => value },
};
