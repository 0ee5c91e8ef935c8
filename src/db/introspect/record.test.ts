import { expect, it } from 'vitest';
import { parseRecords } from './record.ts';

it('reads records as PostgreSQL prints them', () => {
  expect(parseRecords('')).toEqual([]);
  expect(parseRecords('()')).toEqual([[null]]);
  expect(parseRecords('(1,a,)(,"","b c")')).toEqual([
    ['1', 'a', null],
    [null, '', 'b c'],
  ]);
  expect(parseRecords(String.raw`("a ""b""","c\\d",")(,")`)).toEqual([['a "b"', String.raw`c\d`, ')(,']]);
  expect(parseRecords('("""")("""""","""x")')).toEqual([['"'], ['""', '"x']]);
});
