/** Intervals as people write them: `1 month`, `13 months`, `24 hours`. */
import type { Interval } from './manifest.ts';

const form = /^\s*(\d{1,6})\s*(hour|day|week|month|quarter|year)s?\s*$/i;

/** @returns a calendar interval, or undefined for a text that is none: one positive whole number and one unit. */
export function parseInterval(text: string): Interval | undefined {
  const [, count, unit] = form.exec(text) ?? [];
  if (count === undefined || unit === undefined || Number(count) === 0) return undefined;
  return { count: Number(count), unit: unit.toLowerCase() as Interval['unit'] };
}

/** What a partition's name ends in by default: as much as tells its period from the next. */
export const nameOfPeriods: Readonly<Record<Interval['unit'], string>> = {
  hour: '{yyyy}_{mm}_{dd}_{hh}',
  day: '{yyyy}_{mm}_{dd}',
  week: '{yyyy}_w{iw}',
  month: '{yyyy}_{mm}',
  quarter: '{yyyy}_q{q}',
  year: '{yyyy}',
};
