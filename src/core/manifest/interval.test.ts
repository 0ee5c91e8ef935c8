import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseInterval } from './interval.ts';

it('reads what is written, in one or in several', () => {
  const unit = fc.constantFrom('hour', 'day', 'week', 'month', 'quarter', 'year');
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999 }), unit, (count, unit) => {
      expect(parseInterval(`${count} ${unit}${count === 1 ? '' : 's'}`)).toEqual({ count, unit });
    }),
  );
  expect(parseInterval(' 2 Weeks')).toEqual({ count: 2, unit: 'week' });
  expect(parseInterval('1day')).toEqual({ count: 1, unit: 'day' });
});

it.each(['', 'month', '1', '0 days', '-1 day', '1.5 months', '1 fortnight', '1 day 2 hours', '1 monthss'])(
  'refuses %j',
  (text) => {
    expect(parseInterval(text)).toBeUndefined();
  },
);
