import { Temporal } from 'temporal-polyfill';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Interval } from '../manifest/manifest.ts';
import { before, nextPeriod, partitionName, periodAt } from './period.ts';

const at = (text: string) => Temporal.Instant.from(text).epochMilliseconds;
const zones = [
  'UTC',
  'Europe/Paris',
  'America/New_York',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Africa/Cairo',
];
const interval = fc.record<Interval>({
  count: fc.integer({ min: 1, max: 7 }),
  unit: fc.constantFrom('hour', 'day', 'week', 'month', 'quarter', 'year'),
});
const time = fc.integer({ min: at('1971-01-01T00:00:00Z'), max: at('2100-01-01T00:00:00Z') });
// A pattern that is fine enough for every interval.
const pattern = 'p_{yyyy}_{mm}_{dd}_{hh}';

describe('periods', () => {
  it('contain their time, meet their neighbour, and have names of their own', () => {
    fc.assert(
      fc.property(time, interval, fc.constantFrom(...zones), (instant, every, zone) => {
        let period = periodAt(instant, every, zone);
        expect(period.from).toBeLessThanOrEqual(instant);
        expect(period.to).toBeGreaterThan(instant);
        const names = new Set([partitionName(pattern, period)]);
        for (let n = 0; n < 30; n += 1) {
          const next = nextPeriod(period, every, zone);
          expect(next.from).toBe(period.to);
          expect(next.to).toBeGreaterThan(next.from);
          expect(periodAt(next.from, every, zone).from).toBe(next.from);
          expect(periodAt(next.to - 1, every, zone).from).toBe(next.from);
          names.add(partitionName(pattern, next));
          period = next;
        }
        expect(names.size).toBe(31);
      }),
      { numRuns: 150 },
    );
  });

  it('fall on the wall clock of their zone', () => {
    const month = { count: 1, unit: 'month' } as const;
    const march = periodAt(at('2025-03-30T12:00:00Z'), month, 'Europe/Paris');
    expect(new Date(march.from).toISOString()).toBe('2025-02-28T23:00:00.000Z');
    expect(new Date(march.to).toISOString()).toBe('2025-03-31T22:00:00.000Z');
  });

  it('last 23 and 25 hours where the clocks change', () => {
    const day = { count: 1, unit: 'day' } as const;
    const hours = (text: string) => {
      const { from, to } = periodAt(at(text), day, 'Europe/Paris');
      return (to - from) / 3_600_000;
    };
    expect(hours('2025-03-30T12:00:00Z')).toBe(23);
    expect(hours('2025-10-26T12:00:00Z')).toBe(25);
  });

  it('have no day that the clocks skipped: Samoa had no 30 December 2011', () => {
    const day = { count: 1, unit: 'day' } as const;
    const last = periodAt(at('2011-12-29T12:00:00-10:00'), day, 'Pacific/Apia');
    expect(partitionName('{yyyy}{mm}{dd}', nextPeriod(last, day, 'Pacific/Apia'))).toBe('20111231');
  });

  it('start weeks on Monday, quarters in January, and years where the count divides them', () => {
    const name = (text: string, every: Interval, form: string) =>
      partitionName(form, periodAt(at(text), every, 'UTC'));
    expect(name('2025-01-01T00:00:00Z', { count: 1, unit: 'week' }, '{yyyy}{mm}{dd}')).toBe('20241230');
    expect(name('2024-12-31T00:00:00Z', { count: 1, unit: 'week' }, '{yyyy}_w{iw}')).toBe('2025_w01');
    expect(name('2025-06-30T23:59:59Z', { count: 1, unit: 'quarter' }, '{yyyy}_q{q}')).toBe('2025_q2');
    expect(name('2025-06-30T23:59:59Z', { count: 10, unit: 'year' }, '{yyyy}')).toBe('2020');
  });

  it('look back by the calendar, not by a number of days', () => {
    const month = { count: 13, unit: 'month' } as const;
    expect(before(at('2025-03-31T00:00:00Z'), month, 'UTC')).toBe(at('2024-02-29T00:00:00Z'));
  });
});
