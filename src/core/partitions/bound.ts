/** Partition bounds as PostgreSQL writes them, read and written. A session with TimeZone UTC and DateStyle ISO is presumed for reading; what we write means the same in every session. */
import { Temporal } from 'temporal-polyfill';
import { literal } from '../../sql/quote.ts';
import type { Span, Time } from './period.ts';

/** The types of a partition key that have a calendar. `timestamp` and `date` are read as if the wall were in UTC. */
export type KeyType = 'timestamptz' | 'timestamp' | 'date';

/** @returns our name for a column's type as format_type prints it, or undefined when it has no calendar. */
export function keyTypeOf(type: string): KeyType | undefined {
  if (/^timestamp(\(\d\))? with time zone$/.test(type)) return 'timestamptz';
  if (/^timestamp(\(\d\))? without time zone$/.test(type)) return 'timestamp';
  return type === 'date' ? 'date' : undefined;
}

const range = /^FOR VALUES FROM \((MINVALUE|'[^']*')\) TO \((MAXVALUE|'[^']*')\)$/;
const timestamp =
  /^'(\d{4,6})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(\.\d+)?(?:([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?)?)?( BC)?'$/;

/** @returns the span of a range partition, `default`, or undefined for a bound that is no single range of time. */
export function parseBound(text: string): Span | 'default' | undefined {
  if (text === 'DEFAULT') return 'default';
  const parts = range.exec(text);
  const from = parts === null ? undefined : timeOf(parts[1]!);
  const to = parts === null ? undefined : timeOf(parts[2]!);
  return from === undefined || to === undefined ? undefined : { from, to };
}

function timeOf(text: string): Time | undefined {
  if (text === 'MINVALUE' || text === "'-infinity'") return -Infinity;
  if (text === 'MAXVALUE' || text === "'infinity'") return Infinity;
  const parts = timestamp.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, sign, ...offset] = parts;
  const [hours, minutes, seconds, era] = offset;
  const number = (part: string | undefined) => Number(part ?? 0);
  const wall = Temporal.PlainDateTime.from({
    year: era === undefined ? number(year) : 1 - number(year),
    month: number(month),
    day: number(day),
    hour: number(hour),
    minute: number(minute),
    second: number(second),
  });
  const east =
    (number(hours) * 3600 + number(minutes) * 60 + number(seconds)) * 1000 * (sign === '-' ? -1 : 1);
  return wall.toZonedDateTime('UTC').epochMilliseconds + number(fraction) * 1000 - east;
}

/** @returns one end of a bound as SQL, with its UTC offset where the type has one: `'2025-01-01 00:00:00+00'`. */
export function boundValue(time: Time, type: KeyType): string {
  if (time === -Infinity) return 'MINVALUE';
  if (time === Infinity) return 'MAXVALUE';
  return literal(formatTime(time, type));
}

/** @returns a time as text, for SQL and for people: `2025-01-01 00:00:00+00`, `2025-01-01` for a date. */
export function formatTime(time: Time, type: KeyType): string {
  if (!Number.isFinite(time)) return time < 0 ? '-infinity' : 'infinity';
  const whole = Math.floor(time / 1000) * 1000;
  const wall = Temporal.Instant.fromEpochMilliseconds(whole).toZonedDateTimeISO('UTC').toPlainDateTime();
  const two = (value: number) => String(value).padStart(2, '0');
  // PostgreSQL has no year 0: the year before 1 is 1 BC.
  const year = String(wall.year > 0 ? wall.year : 1 - wall.year).padStart(4, '0');
  const era = wall.year > 0 ? '' : ' BC';
  const date = `${year}-${two(wall.month)}-${two(wall.day)}`;
  if (type === 'date') return `${date}${era}`;
  const micros = Math.round((time - whole) * 1000);
  const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`;
  const clock = `${two(wall.hour)}:${two(wall.minute)}:${two(wall.second)}${fraction}`;
  return `${date} ${clock}${type === 'timestamptz' ? '+00' : ''}${era}`;
}

/** @returns `FOR VALUES FROM (…) TO (…)`. */
export function boundClause(span: Span, type: KeyType): string {
  return `FOR VALUES FROM (${boundValue(span.from, type)}) TO (${boundValue(span.to, type)})`;
}
