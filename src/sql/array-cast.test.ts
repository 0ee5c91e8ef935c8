import { expect, it } from 'vitest';
import { withImplicitArrayCasts } from './array-cast.ts';

it('takes the cast off an array in ANY and ALL, wherever they nest', () => {
  expect(
    withImplicitArrayCasts(
      `CHECK (((s)::text = ANY ((ARRAY['a)'::character varying, f(ARRAY[1])])::text[])) AND (b <> ALL ((ARRAY[1, 2])::numeric[])))`,
    ),
  ).toBe(
    `CHECK (((s)::text = ANY (ARRAY['a)'::character varying, f(ARRAY[1])])) AND (b <> ALL (ARRAY[1, 2])))`,
  );
  expect(withImplicitArrayCasts(`a = ANY ((ARRAY[b = ANY ((ARRAY[c])::int8[])])::text[])`)).toBe(
    `a = ANY (ARRAY[b = ANY (ARRAY[c])])`,
  );
});

it('leaves alone what is no such array', () => {
  for (const sql of [
    `SELECT 'x = ANY ((ARRAY[1])::text[])'`,
    `DO $$ x = ANY ((ARRAY[1])::text[]) $$`,
    `SELECT f((ARRAY[1])::text[])`,
    `x = ANY ((ARRAY[1] || ARRAY[2])::text[])`,
    `x = ANY (ARRAY[('a'::character varying)::text])`,
  ])
    expect(withImplicitArrayCasts(sql)).toBe(sql);
});
