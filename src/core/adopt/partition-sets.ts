/** Partition sets, recognised: tables partitioned by time whose partitions follow one interval and one pattern of names. */
import type { TableAttributes } from '../kinds/table.ts';
import type { Domain, Interval, PartitionSet } from '../manifest/manifest.ts';
import { type Catalog, entriesOf, find } from '../model/catalog.ts';
import { type GrantId, type TableId, keyOf } from '../model/id.ts';
import { type KeyType, keyTypeOf, parseBound } from '../partitions/bound.ts';
import { keyColumn, partitionedTable, type PartitionedTable } from '../partitions/partitioned-table.ts';
import {
  type Period,
  type Span,
  nextPeriod,
  partitionName,
  periodAt,
  wallClock,
} from '../partitions/period.ts';

const units = ['hour', 'day', 'week', 'month', 'quarter', 'year'] as const;

export interface Recognised {
  readonly sets: readonly PartitionSet[];
  /** Tables that nearly are one, and why they are not: for a comment in the manifest. */
  readonly irregular: readonly { readonly table: string; readonly why: string }[];
}

/** @param now a set that has no partition for this moment is not taken for one that somebody keeps. */
export function partitionSetsOf(
  catalog: Catalog,
  domain: Domain,
  isOf: (id: TableId) => boolean,
  now: Date,
): Recognised {
  const sets: PartitionSet[] = [];
  const irregular: { table: string; why: string }[] = [];
  for (const { id, attrs } of entriesOf<'table', TableAttributes>(catalog, 'table')) {
    const by = keyColumn(attrs.partitionKey);
    if (by === null || !isOf(id)) continue;
    if (find(catalog, { kind: 'partition', schema: id.schema, name: id.name }) !== undefined) continue;
    const table = partitionedTable(catalog, id.schema, id.name)!;
    const keyType = keyTypeOf(table.keyColumnType ?? '');
    if (keyType === undefined) continue;
    const found = recognise(table, by, keyType, now.getTime(), [
      'domains',
      domain.name,
      'partitions',
      id.name,
    ]);
    if (typeof found === 'string') irregular.push({ table: id.name, why: found });
    else sets.push({ ...found, grants: grantsOf(catalog, table) });
  }
  return { sets, irregular };
}

function recognise(
  table: PartitionedTable,
  by: string,
  keyType: KeyType,
  now: number,
  path: PartitionSet['path'],
): Omit<PartitionSet, 'grants'> | string {
  const spans: { name: string; span: Span }[] = [];
  let hasDefault = false;
  for (const { schema, name, bound } of table.partitions) {
    const span = parseBound(bound);
    if (span === undefined) return `the bound of ${name} is no range of time`;
    if (schema !== table.schema) return `${name} lies in another schema`;
    if (span === 'default') hasDefault = true;
    else spans.push({ name, span });
  }
  const regular = spans.filter(({ span }) => Number.isFinite(span.from) && Number.isFinite(span.to));
  if (regular.length === 0) return 'it has no partition with two ends';
  regular.sort((a, b) => a.span.from - b.span.from);
  const zone = 'UTC';
  const every = units
    .filter((unit) => unit !== 'hour' || keyType !== 'date')
    .map((unit): Interval => ({ count: 1, unit }))
    .find((interval) => regular.every(({ span }) => isPeriod(span, interval, zone)));
  if (every === undefined) return 'its partitions are not whole periods of one length, in UTC';
  const name = patternOf(
    regular.map(({ name: each, span }) => ({ name: each, period: periodAt(span.from, every, zone) })),
    every,
  );
  if (name === undefined) return 'the names of its partitions follow no pattern';
  if (regular.some(({ span }, at) => at > 0 && regular[at - 1]!.span.to !== span.from))
    return 'there are holes between its partitions';
  const ahead = periodsAhead(
    spans.map(({ span }) => span),
    every,
    zone,
    keyType === 'timestamptz' ? now : localNow(now),
  );
  if (ahead === undefined) return 'it has no partition for the present';
  return { table: table.name, by, every, premake: ahead, name, timezone: zone, default: hasDefault, path };
}

const localNow = (now: number) => wallClock(now, 'UTC').toZonedDateTime('UTC').epochMilliseconds;

function isPeriod({ from, to }: Span, every: Interval, zone: string): boolean {
  const period = periodAt(from, every, zone);
  return period.from === from && period.to === to;
}

/** @returns how many periods beyond the current one have a partition, or undefined when the current one has none. */
function periodsAhead(
  spans: readonly Span[],
  every: Interval,
  zone: string,
  now: number,
): number | undefined {
  const covers = ({ from, to }: Period) => spans.some((span) => span.from <= from && to <= span.to);
  let period = periodAt(now, every, zone);
  if (!covers(period)) return undefined;
  let ahead = 0;
  // A partition up to MAXVALUE covers all that is to come.
  for (
    period = nextPeriod(period, every, zone);
    ahead < 120 && covers(period);
    period = nextPeriod(period, every, zone)
  )
    ahead += 1;
  return spans.some(({ to }) => to === Infinity) ? 0 : ahead;
}

/** What stands for what, in the orders in which people write dates. */
const orders: Readonly<Record<Interval['unit'], readonly (readonly string[])[]>> = {
  hour: [['yyyy', 'mm', 'dd', 'hh']],
  day: [
    ['yyyy', 'mm', 'dd'],
    ['dd', 'mm', 'yyyy'],
  ],
  week: [
    ['yyyy', 'iw'],
    ['yyyy', 'mm', 'dd'],
  ],
  month: [
    ['yyyy', 'mm'],
    ['mm', 'yyyy'],
    ['yyyy', 'mm', 'dd'],
  ],
  quarter: [
    ['yyyy', 'q'],
    ['q', 'yyyy'],
    ['yyyy', 'mm'],
  ],
  year: [['yyyy'], ['yyyy', 'mm'], ['yyyy', 'mm', 'dd']],
};

/** @returns the pattern that gives every partition its name, tried on the first one's name, from its end. */
function patternOf(
  partitions: readonly { readonly name: string; readonly period: Period }[],
  { unit }: Interval,
): string | undefined {
  const { name, period } = partitions[0]!;
  for (const tokens of orders[unit]) {
    const weekly = tokens.includes('iw');
    let rest = name;
    let tail = '';
    const fits = tokens.toReversed().every((token) => {
      const text = partitionName(weekly && token === 'yyyy' ? '{yyyy}{iw}' : `{${token}}`, period);
      const written = weekly && token === 'yyyy' ? text.slice(0, 4) : text;
      const at = rest.lastIndexOf(written);
      if (at < 0) return false;
      tail = `{${token}}${rest.slice(at + written.length)}${tail}`;
      rest = rest.slice(0, at);
      return true;
    });
    if (!fits) continue;
    const pattern = rest + tail;
    if (!/[{}]/.test(rest) && partitions.every((each) => partitionName(pattern, each.period) === each.name))
      return pattern;
  }
  return undefined;
}

/** Whether the partitions carry their parent's grants: all of them all, or else none is presumed. */
function grantsOf(
  catalog: Catalog,
  { schema, grants, partitions }: PartitionedTable,
): PartitionSet['grants'] {
  if (grants.length === 0) return 'parent';
  const carries = partitions.every(({ schema: within, name }) =>
    grants.every(({ to, privilege, column, grantable }) => {
      const on: GrantId['on'] =
        column === null
          ? { kind: 'table', schema: within, name }
          : { kind: 'column', schema: within, table: name, name: column };
      const held = catalog.entries.get(keyOf({ kind: 'grant', on, to, privilege }));
      return held?.attrs['grantable'] === grantable;
    }),
  );
  void schema;
  return carries ? 'parent' : 'none';
}
