/** Conversions between encodings. Nothing of one can be altered but its owner. */
import { literal } from '../../sql/quote.ts';
import { type ConversionId, keyOf } from '../model/id.ts';
import { dropObject, inItsSchema } from './in-schema.ts';
import { draft, type Kind } from './kind.ts';
import { objectClause } from './object.ts';

export interface ConversionAttributes {
  /** Names of encodings, as pg_encoding_to_char prints them. */
  readonly from: string;
  readonly to: string;
  /** As SQL writes its name. */
  readonly function: string;
  readonly default: boolean;
}

export const conversion: Kind<ConversionId, ConversionAttributes> = {
  name: 'conversion',
  rank: 47,
  references: inItsSchema,
  create: ({ id, attrs }) => {
    const head = `CREATE ${attrs.default ? 'DEFAULT ' : ''}${objectClause(id)}`;
    const encodings = `FOR ${literal(attrs.from)} TO ${literal(attrs.to)}`;
    return [draft(`${head} ${encodings} FROM ${attrs.function}`, { produces: [keyOf(id)] })];
  },
  drop: dropObject,
  alter: () => 'replace',
};
