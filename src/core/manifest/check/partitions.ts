/** Partition sets: a zone that there is, names that tell periods apart, a key that the table has. */
import { closest } from '../../closest.ts';
import { type Period, nextPeriod, partitionName, periodAt } from '../../partitions/period.ts';
import { nameOfPeriods } from '../interval.ts';
import type { Domain, Interval, PartitionSet } from '../manifest.ts';
import { tablesOf } from '../tables.ts';
import { type Known, checkTable } from './known-tables.ts';
import { type ManifestProblem, error, nameLength } from './problem.ts';

export function* checkPartitions(known: Known): Generator<ManifestProblem> {
  for (const domain of known.manifest.domains.values())
    for (const set of domain.partitions) {
      const inZone = yield* checkZone(set);
      if (yield* checkLength(set)) continue;
      yield* checkName(domain, set, inZone ? set.timezone : 'UTC');
      yield* checkKey(known, domain, set);
    }
}

const perYear: Readonly<Record<Interval['unit'], number>> = {
  hour: 8766,
  day: 365,
  week: 52,
  month: 12,
  quarter: 4,
  year: 1,
};
/** Years that calendars and PostgreSQL's dates can still be counted by. */
const longest = 1000;

/** @returns whether an interval is longer than dates can be counted by. */
function* checkLength({ every, retain, path }: PartitionSet): Generator<ManifestProblem, boolean> {
  let isTooLong = false;
  for (const [key, interval] of Object.entries({ every, retain })) {
    if (interval === undefined || interval.count <= longest * perYear[interval.unit]) continue;
    isTooLong = true;
    yield error(
      [...path, key],
      `\`${key}\` is longer than ${longest} years`,
      key === 'every' ? 'Write a shorter one: 1 month.' : 'Delete `retain`, to keep partitions for ever.',
    );
  }
  return isTooLong;
}

/** @returns whether the zone is good. An offset is none: PostgreSQL reads its sign the other way round. */
function* checkZone({ timezone, path }: PartitionSet): Generator<ManifestProblem, boolean> {
  // The usual case needs no table of zones, which takes a moment to load.
  if (timezone === 'UTC' || (/^[A-Za-z]/.test(timezone) && isZone(timezone))) return true;
  const near = closest(timezone, Intl.supportedValuesOf('timeZone'));
  yield error(
    [...path, 'timezone'],
    `there is no time zone \`${timezone}\`${near === undefined ? '' : ` — did you mean \`${near}\`?`}`,
    near === undefined ? 'Write an IANA name: UTC, Europe/Berlin.' : `Write \`${near}\`.`,
  );
  return false;
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const placeholders = ['yyyy', 'mm', 'dd', 'hh', 'iw', 'q'];

function* checkName(domain: Domain, set: PartitionSet, zone: string): Generator<ManifestProblem> {
  const path = [...set.path, 'name'];
  const advice = `Write \`${set.table}_${nameOfPeriods[set.every.unit]}\`, for example.`;
  const strange = [...set.name.matchAll(/\{([^{}]*)\}?|\}/g)]
    .map(([text, word]) => ({ text, word }))
    .filter(({ text, word }) => word === undefined || !text.endsWith('}') || !placeholders.includes(word));
  for (const { text, word } of strange) {
    const near = word === undefined ? undefined : closest(word, placeholders);
    yield error(
      path,
      `\`${text}\` is no placeholder${near === undefined ? '' : ` — did you mean \`{${near}}\`?`}`,
      `Write ${placeholders.map((each) => `{${each}}`).join(', ')} (the ISO week is {iw}, the quarter {q}).`,
    );
  }
  if (strange.length > 0) return;
  const twice = sameName(set, zone);
  if (twice !== undefined)
    yield error(
      path,
      `the partitions that begin on ${twice.first} and ${twice.second} would both be named ${twice.name}`,
      advice,
    );
  const sample = partitionName(set.name, periodAt(anchor, set.every, zone));
  yield* nameLength(path, 'the partition name', sample);
  if (domain.prefix !== undefined && !sample.startsWith(domain.prefix))
    yield error(
      path,
      `the partitions' names do not begin with ${domain.prefix}, the prefix of domain ${domain.name}`,
      `Write \`${domain.prefix}${set.name}\`.`,
    );
}

/** A Monday that begins a month, a quarter and a leap year. */
const anchor = Date.UTC(2024, 0, 1);
/** With the year in it, a pattern that repeats itself has done so by then; without, it repeats itself for certain. */
const farEnough = { withYear: 1000, without: 10_000 };

/** @returns two periods that the pattern gives one name. What names each period by its date needs no search. */
function sameName(
  { name, every }: PartitionSet,
  zone: string,
): { name: string; first: string; second: string } | undefined {
  const has = (...words: readonly string[]) => words.every((word) => name.includes(`{${word}}`));
  const byDate = {
    hour: has('yyyy', 'mm', 'dd', 'hh'),
    day: has('yyyy', 'mm', 'dd'),
    week: has('yyyy', 'iw') || has('yyyy', 'mm', 'dd'),
    month: has('yyyy', 'mm'),
    quarter: has('yyyy', 'q') || has('yyyy', 'mm'),
    year: has('yyyy'),
  };
  if (byDate[every.unit]) return undefined;
  const seen = new Map<string, Period>();
  const first = periodAt(anchor, every, zone);
  let period = first;
  const limit = has('yyyy') ? farEnough.withYear : farEnough.without;
  for (let count = 0; count < limit && period.start.year <= 9999; count += 1) {
    const text = partitionName(name, period);
    const before = seen.get(text);
    if (before !== undefined)
      return { name: text, first: startText(before, every), second: startText(period, every) };
    seen.set(text, period);
    period = nextPeriod(period, every, zone);
  }
  if (has('yyyy')) return undefined;
  return { name: partitionName(name, first), first: startText(first, every), second: 'some later day' };
}

const startText = ({ start }: Period, { unit }: Interval) =>
  unit === 'hour' ? start.toString().replace('T', ' ').slice(0, 16) : start.toString().slice(0, 10);

/** Types whose values fall into periods. */
const timeTypes = ['date', 'timestamp', 'timestamptz'];

function* checkKey(known: Known, domain: Domain, set: PartitionSet): Generator<ManifestProblem> {
  const { table, by, path } = set;
  const here = [...path, 'by'];
  const declared = tablesOf(domain).find(({ name }) => name === table);
  if (declared === undefined) {
    yield* checkTable(known, domain, table, [], path);
    return;
  }
  const definition = known.tables.get(domain.name)?.get(table);
  if (definition === undefined) return;
  const { partition, columns, keys } = definition;
  const column = columns.find(({ name }) => name === by);
  if (column === undefined) {
    yield* checkTable(known, domain, table, [by], here);
    return;
  }
  if (!timeTypes.includes(column.type))
    yield error(
      here,
      `${table}.${by} is ${column.type}: it does not fall into periods`,
      `Write a column of type ${timeTypes.join(', ')}.`,
    );
  if (partition === undefined)
    yield error(
      path,
      `table ${table} is not partitioned`,
      `Add \`partitionBy: range (${by})\` to domains.${domain.name}.tables.${table}.`,
    );
  else if (partition.strategy !== 'range' || partition.key.length !== 1 || partition.key[0] !== by)
    yield error(
      here,
      `table ${table} is partitioned by ${partition.strategy} (${partition.key.map((each) => each ?? 'an expression').join(', ')}), the set by ${by}`,
      `Write \`partitionBy: range (${by})\` in domains.${domain.name}.tables.${table}, or the table's key here.`,
    );
  for (const key of keys)
    if (!key.columns.includes(by))
      yield error(
        here,
        `the partition key ${by} is not in the ${key.primary ? 'primary' : 'unique'} key (${key.columns.join(', ')}) of ${table}`,
        `Write \`${key.primary ? 'primary key' : 'unique'} (${[...key.columns, by].join(', ')})\` under constraints: PostgreSQL wants the partition key in every key.`,
      );
}
