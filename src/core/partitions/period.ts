/**
 * Periods: the calendar intervals of a partition set. Bounds fall on the wall clock of the set's time zone, so a
 * day may last 23 or 25 hours; consecutive periods always meet, and no two have the same start on the wall.
 */
import { Temporal } from 'temporal-polyfill';
import type { Interval } from '../manifest/manifest.ts';

/** Milliseconds since 1970-01-01 UTC; -Infinity and Infinity stand for MINVALUE and MAXVALUE. */
export type Time = number;
/** From (inclusive) to (exclusive). */
export interface Span {
  readonly from: Time;
  readonly to: Time;
}
export interface Period extends Span {
  /** Where it starts on the wall clock of its zone. */
  readonly start: Temporal.PlainDateTime;
}

const hour = 3_600_000;
const day = 24 * hour;
/** 1970-01-05 was a Monday. */
const firstMonday = 4;

/** @returns a wall-clock time as if it were UTC, in milliseconds. */
const asUtc = (wall: Temporal.PlainDateTime): Time => wall.toZonedDateTime('UTC').epochMilliseconds;
const fromUtc = (time: Time) =>
  Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO('UTC').toPlainDateTime();

/** @returns what the clocks in `zone` show at `time`. */
export function wallClock(time: Time, zone: string): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(time)).toZonedDateTimeISO(zone).toPlainDateTime();
}
/** A time that the clocks skip moves on past the skip; of a time that they show twice it is the first. */
const timeOf = (wall: Temporal.PlainDateTime, zone: string): Time =>
  wall.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;

const monthsIn = { month: 1, quarter: 3, year: 12 } as const;

/** Several units in one period count from a fixed origin (weeks from a Monday, years from year 0): every run agrees. */
function startOn(wall: Temporal.PlainDateTime, { unit, count }: Interval): Temporal.PlainDateTime {
  const floor = (value: number, step: number) => Math.floor(value / step) * step;
  if (unit === 'month' || unit === 'quarter' || unit === 'year') {
    const index = floor(wall.year * 12 + wall.month - 1, count * monthsIn[unit]);
    const year = Math.floor(index / 12);
    return new Temporal.PlainDateTime(year, index - year * 12 + 1, 1);
  }
  const origin = unit === 'week' ? firstMonday * day : 0;
  return fromUtc(floor(asUtc(wall) - origin, count * { hour, day, week: 7 * day }[unit]) + origin);
}

/** @returns a wall-clock time moved by whole intervals; `times` may be negative. */
function shift(
  wall: Temporal.PlainDateTime,
  { unit, count }: Interval,
  times: number,
): Temporal.PlainDateTime {
  if (unit === 'month' || unit === 'quarter' || unit === 'year')
    return wall.add({ months: count * times * monthsIn[unit] });
  return wall.add({ [`${unit}s`]: count * times });
}

/** @returns the time one interval before `time`, by the calendar of `zone`. */
export function before(time: Time, interval: Interval, zone: string): Time {
  return timeOf(shift(wallClock(time, zone), interval, -1), zone);
}

function periodFrom(start: Temporal.PlainDateTime, every: Interval, zone: string): Period {
  return { start, from: timeOf(start, zone), to: timeOf(shift(start, every, 1), zone) };
}

/** @returns the period after this one. A period that the clocks skip altogether is skipped too. */
export function nextPeriod(period: Period, every: Interval, zone: string): Period {
  let next = period;
  do next = periodFrom(shift(next.start, every, 1), every, zone);
  while (next.from >= next.to);
  return next;
}

/** @returns the period in which `time` (finite) falls. */
export function periodAt(time: Time, every: Interval, zone: string): Period {
  let period = periodFrom(startOn(wallClock(time, zone), every), every, zone);
  // Clocks set back across a period's start show the old period again while the new one already runs.
  while (period.to <= time) period = nextPeriod(period, every, zone);
  return period;
}

const tokens = /\{(yyyy|mm|dd|hh|iw|q)\}/g;

/** @returns a partition's name: `llm_requests_{yyyy}_{mm}` → `llm_requests_2025_01`. With {iw}, {yyyy} is the year that the ISO week belongs to. */
export function partitionName(pattern: string, { start }: Pick<Period, 'start'>): string {
  const weekly = pattern.includes('{iw}');
  const year = weekly ? start.yearOfWeek! : start.year;
  const two = (value: number) => String(value).padStart(2, '0');
  return pattern.replaceAll(tokens, (_, token: string) => {
    switch (token) {
      case 'yyyy':
        return String(year).padStart(4, '0');
      case 'mm':
        return two(start.month);
      case 'dd':
        return two(start.day);
      case 'hh':
        return two(start.hour);
      case 'iw':
        return two(start.weekOfYear!);
      default:
        return String(Math.ceil(start.month / 3));
    }
  });
}
