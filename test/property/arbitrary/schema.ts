import fc from 'fast-check';
import { identifier } from '../../../src/sql/quote.ts';
import { carried, schemas } from './common.ts';
import { carriedPieces, piece, type Carried, type Family } from './family.ts';

export const schema: Family<{ carried: Carried }> = {
  name: 'schema',
  slots: schemas,
  filled: 9,
  arbitrary: fc.record({ carried }),
  pieces: (slot, value) => [
    piece('schema', `create schema ${identifier(slot)}`),
    ...carriedPieces(value.carried, 'schema', identifier(slot), 'usage'),
  ],
};
