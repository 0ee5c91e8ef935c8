/**
 * What a partition set has, lacks and no longer needs, and the SQL that makes what it lacks. Required is every
 * period from the lowest partition's start (with a retention: from the oldest period that is kept) to the end of
 * the current period and `premake` more; without a partition, from the current period.
 */
import type { PartitionSet } from '../manifest/manifest.ts';
import { type KeyType, formatTime, keyTypeOf, parseBound } from './bound.ts';
import { createPartition } from './create.ts';
import { type PartitionedTable, keyColumn } from './partitioned-table.ts';
import {
  type Period,
  type Span,
  type Time,
  before,
  nextPeriod,
  partitionName,
  periodAt,
  wallClock,
} from './period.ts';

export interface PartitionPlan {
  readonly set: PartitionSet;
  readonly table: PartitionedTable;
  readonly keyType: KeyType;
  /** Range partitions by their start. */
  readonly partitions: readonly (Span & { readonly schema: string; readonly name: string })[];
  readonly defaultPartition: { readonly schema: string; readonly name: string } | null;
  /** Whole periods without a partition. */
  readonly missing: readonly NewPartition[];
  /** Holes that are no whole periods, each to be filled by one partition. */
  readonly gaps: readonly NewPartition[];
  /** The DEFAULT partition, where the set wants one and there is none. */
  readonly missingDefault: NewPartition | null;
  /** Never in a real server; told all the same. */
  readonly overlaps: readonly Span[];
  /** Names of partitions that ended more than `retain` ago. */
  readonly expired: readonly string[];
  /** Whole days from now until the first row that finds no range partition; 0: already; null: never. */
  readonly runwayDays: number | null;
}
export interface NewPartition extends Span {
  readonly name: string;
  /** Whether another relation in the schema has the name: it cannot be made so. */
  readonly nameTaken: boolean;
  readonly sql: readonly string[];
}
/** Why a set cannot be planned: the manifest and the table do not agree. */
export interface KeyMismatch {
  readonly mismatch: string;
}

/** @returns the plan, or in which way the table does not fit its declaration. `now` in milliseconds since 1970. */
export function planPartitions(
  set: PartitionSet,
  table: PartitionedTable,
  now: Time,
): PartitionPlan | KeyMismatch {
  if (table.key === null) return { mismatch: 'is not partitioned' };
  if (keyColumn(table.key) !== set.by)
    return { mismatch: `is partitioned by ${table.key}, not by RANGE (${set.by})` };
  const keyType = keyTypeOf(table.keyColumnType ?? '');
  if (keyType === undefined)
    return { mismatch: `has the key ${set.by} of type ${table.keyColumnType}, which has no calendar` };
  if (keyType === 'date' && set.every.unit === 'hour')
    return { mismatch: `has the key ${set.by} of type date, which has no hours` };
  // A key without a time zone holds what the set's clocks show: plan on that clock as if it were UTC.
  const zone = keyType === 'timestamptz' ? set.timezone : 'UTC';
  const at =
    keyType === 'timestamptz' ? now : wallClock(now, set.timezone).toZonedDateTime('UTC').epochMilliseconds;

  const partitions: PartitionPlan['partitions'][number][] = [];
  let defaultPartition: PartitionPlan['defaultPartition'] = null;
  for (const { schema, name, bound } of table.partitions) {
    const span = parseBound(bound);
    if (span === 'default') defaultPartition = { schema, name };
    else if (span === undefined)
      return { mismatch: `has partition ${name} with a bound that is no range of time` };
    else partitions.push({ schema, name, ...span });
  }
  partitions.sort((a, b) => a.from - b.from);

  const current = periodAt(at, set.every, zone);
  const keptFrom = set.retain === undefined ? -Infinity : before(at, set.retain, zone);
  const required = {
    from: requiredFrom(set, partitions, current, keptFrom, zone),
    to: requiredTo(set, current, zone),
  };
  const taken = new Set(table.takenNames);
  const made = (span: Span, name: string, bound: Span | 'default' = span): NewPartition => {
    const nameTaken = taken.has(name);
    taken.add(name);
    return { ...span, name, nameTaken, sql: createPartition(table, set, keyType, name, bound) };
  };
  const missing: NewPartition[] = [];
  const gaps: NewPartition[] = [];
  for (const hole of uncovered(required, partitions)) {
    for (const { span, first, whole } of cut(hole, set, zone)) {
      const name = partitionName(set.name, first);
      if (whole) missing.push(made(span, name));
      else gaps.push(made(span, freeName(`${name}_gap`, taken)));
    }
  }
  return {
    set,
    table,
    keyType,
    partitions,
    defaultPartition,
    missing,
    gaps,
    missingDefault:
      set.default && defaultPartition === null
        ? made({ from: -Infinity, to: Infinity }, `${set.table}_default`, 'default')
        : null,
    overlaps: overlaps(partitions),
    expired: partitions.filter(({ to }) => to <= keptFrom).map(({ name }) => name),
    runwayDays: runway(partitions, at),
  };
}

function requiredFrom(
  { every }: PartitionSet,
  partitions: PartitionPlan['partitions'],
  current: Period,
  keptFrom: Time,
  zone: string,
): Time {
  const lowest = partitions[0];
  // What starts at MINVALUE covers the past: look after its end.
  const start = lowest === undefined ? current.from : lowest.from === -Infinity ? lowest.to : lowest.from;
  const from = Math.min(start, current.from);
  return keptFrom === -Infinity || keptFrom <= from ? from : periodAt(keptFrom, every, zone).from;
}

function requiredTo({ every, premake }: PartitionSet, current: Period, zone: string): Time {
  let last = current;
  for (let n = 0; n < premake; n += 1) last = nextPeriod(last, every, zone);
  return last.to;
}

/** @returns what of `required` no span covers. `spans` are sorted by their start. */
function uncovered(required: Span, spans: readonly Span[]): Span[] {
  const holes: Span[] = [];
  let reached = required.from;
  for (const { from, to } of spans) {
    if (from >= required.to) break;
    if (from > reached) holes.push({ from: reached, to: from });
    reached = Math.max(reached, to);
  }
  if (reached < required.to) holes.push({ from: reached, to: required.to });
  return holes;
}

/** Cuts a hole into whole periods, and what is left at its ends. */
function* cut(
  hole: Span,
  { every }: PartitionSet,
  zone: string,
): Generator<{ span: Span; first: Period; whole: boolean }> {
  let piece: { span: Span; first: Period } | undefined;
  for (
    let period = periodAt(hole.from, every, zone);
    period.from < hole.to;
    period = nextPeriod(period, every, zone)
  ) {
    const span = { from: Math.max(hole.from, period.from), to: Math.min(hole.to, period.to) };
    if (span.from === period.from && span.to === period.to) {
      if (piece !== undefined) yield { ...piece, whole: false };
      piece = undefined;
      yield { span, first: period, whole: true };
    } else {
      // Two incomplete periods that meet are one hole.
      piece = { first: piece?.first ?? period, span: { from: piece?.span.from ?? span.from, to: span.to } };
    }
  }
  if (piece !== undefined) yield { ...piece, whole: false };
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let n = 2; taken.has(free); n += 1) free = `${name}${n}`;
  return free;
}

function overlaps(spans: readonly Span[]): Span[] {
  const found: Span[] = [];
  let reached = -Infinity;
  for (const { from, to } of spans) {
    if (from < reached) found.push({ from, to: Math.min(reached, to) });
    reached = Math.max(reached, to);
  }
  return found;
}

const day = 86_400_000;
function runway(spans: readonly Span[], at: Time): number | null {
  let reached = at;
  for (const { from, to } of spans) if (from <= reached) reached = Math.max(reached, to);
  return reached === Infinity ? null : Math.floor((reached - at) / day);
}

/** @returns what is to be made, in this order: a DEFAULT partition last, for attaching the others would lock it. */
export function toMake({ missing, gaps, missingDefault }: PartitionPlan): readonly NewPartition[] {
  return [...missing, ...gaps, ...(missingDefault === null ? [] : [missingDefault])];
}

/** @returns a span for people: `2025-01-01 00:00:00+00 to 2025-02-01 00:00:00+00`. */
export function spanText(span: Span, type: KeyType): string {
  return `${formatTime(span.from, type)} to ${formatTime(span.to, type)}`;
}
