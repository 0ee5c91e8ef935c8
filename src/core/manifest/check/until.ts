/** Dates of the manifest: real days, and not over. */
import type { ManifestPath } from '../manifest.ts';
import { type ManifestProblem, error } from './problem.ts';

/**
 * @param until as written; undefined: no end.
 * @param today an ISO date. The last day counts: `until: today` still holds.
 * @param what what has expired, in the message: `the crossing`.
 * @param instead what else to do than to agree on a later date.
 */
export function* checkUntil(
  until: string | undefined,
  today: string,
  path: ManifestPath,
  what: string,
  instead: string,
): Generator<ManifestProblem> {
  if (until === undefined) return;
  const day = dayOf(until);
  if (day === undefined) {
    yield error(
      path,
      `\`${until}\` is no date of the calendar`,
      `Write a day that there is, as year-month-day: ${nearestDay(until) ?? today}.`,
    );
    return;
  }
  const days = (dayOf(today) ?? day) - day;
  if (days > 0)
    yield {
      path,
      message: `${what} expired ${days === 1 ? 'yesterday' : `${days} days ago`}, on ${until}`,
      help: `Agree on a later date, or ${instead}.`,
      severity: 'expired',
    };
}

/** @returns the number of a day, counted from 1970-01-01; undefined for what is no day. */
export function dayOf(date: string): number | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const time = new Date(Date.UTC(year, month - 1, day));
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(date)
    ? time.getTime() / 86_400_000
    : undefined;
}

/** @returns the last day of the month, when a date names one after it: 2026-02-30 → 2026-02-28. */
function nearestDay(date: string): string | undefined {
  const [, month, day] = /^(\d{4}-\d{2})-(\d{2})$/.exec(date) ?? [];
  if (month === undefined || Number(day) < 29 || Number(day) > 31) return undefined;
  return ['30', '29', '28'].map((last) => `${month}-${last}`).find((each) => dayOf(each) !== undefined);
}
