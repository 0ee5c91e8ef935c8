/** `dbctl partitions` as JSON and as text. */
import type { Interval } from '../../core/manifest/manifest.ts';
import { formatTime } from '../../core/partitions/bound.ts';
import type { PartitionPlan } from '../../core/partitions/plan.ts';
import type { Span } from '../../core/partitions/period.ts';
import type { PartitionRows } from '../../db/partitions.ts';
import { qualified } from '../../sql/quote.ts';
import type { Context } from '../context.ts';

/** A set as the report has it (DESIGN.md, 5). Times are as PostgreSQL prints them, in UTC. */
export interface ReportedSet {
  readonly table: string;
  readonly key: string;
  /** `1 month`. */
  readonly interval: string;
  readonly timezone: string;
  readonly partitions: readonly {
    readonly name: string;
    readonly from: string;
    readonly to: string;
    /** As the planner estimates them; null: never analysed. */
    readonly rows: number | null;
  }[];
  readonly runwayDays: number | null;
  readonly missing: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  readonly gaps: readonly { readonly from: string; readonly to: string }[];
  readonly overlaps: readonly { readonly from: string; readonly to: string }[];
  /** null: there is no DEFAULT partition. */
  readonly defaultRows: number | null;
  readonly expired: readonly string[];
  /** Why the set cannot be told of: the table is absent, or does not fit its declaration. */
  readonly problem: string | null;
}

const intervalText = ({ count, unit }: Interval) => `${count} ${unit}${count === 1 ? '' : 's'}`;

export function reportSet(plan: PartitionPlan, rows: PartitionRows): ReportedSet {
  const { set, table, keyType, defaultPartition } = plan;
  const ends = ({ from, to }: Span) => ({ from: formatTime(from, keyType), to: formatTime(to, keyType) });
  return {
    ...unplannedSet(table.schema, set, ''),
    partitions: plan.partitions.map(({ schema, name, ...span }) => ({
      name: qualified(schema, name),
      ...ends(span),
      rows: rows.estimates.get(qualified(schema, name)) ?? null,
    })),
    runwayDays: plan.runwayDays,
    missing: plan.missing.map(({ name, ...span }) => ({
      name: qualified(table.schema, name),
      ...ends(span),
    })),
    gaps: plan.gaps.map(ends),
    overlaps: plan.overlaps.map(ends),
    defaultRows:
      defaultPartition === null
        ? null
        : (rows.inDefault.get(qualified(defaultPartition.schema, defaultPartition.name)) ?? null),
    expired: plan.expired,
    problem: null,
  };
}

/** A set without a plan, and why. */
export function unplannedSet(schema: string, set: PartitionPlan['set'], problem: string): ReportedSet {
  return {
    table: qualified(schema, set.table),
    key: set.by,
    interval: intervalText(set.every),
    timezone: set.timezone,
    partitions: [],
    runwayDays: 0,
    missing: [],
    gaps: [],
    overlaps: [],
    defaultRows: null,
    expired: [],
    problem,
  };
}

/** @returns whether nothing is to be done about the set. */
export function isComplete({ missing, gaps, problem }: ReportedSet): boolean {
  return problem === null && missing.length === 0 && gaps.length === 0;
}

export function setText(set: ReportedSet, { outColour: colour }: Pick<Context, 'outColour'>): string {
  const head = `${colour.bold(set.table)}  by ${set.key}, every ${set.interval}, ${set.timezone}`;
  if (set.problem !== null) return `${head}\n  ${colour.red(set.problem)}`;
  const rows = [
    ['PARTITION', 'FROM', 'TO', 'ROWS'],
    ...set.partitions.map(({ name, from, to, rows }) => [name, from, to, rows === null ? '?' : `~${rows}`]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    `  ${row.map((cell, column) => (column === 3 ? cell.padStart(widths[3]!) : cell.padEnd(widths[column]!))).join('  ')}`;
  const notes = [
    set.runwayDays === null ? 'runway: without end' : `runway: ${set.runwayDays} days`,
    ...(set.defaultRows === null ? [] : [`rows in the DEFAULT partition: ${set.defaultRows}`]),
    ...(set.expired.length === 0 ? [] : [`expired: ${set.expired.join(', ')}`]),
    ...set.missing.map(({ name, from, to }) => colour.red(`missing: ${name}, ${from} to ${to}`)),
    ...set.gaps.map(({ from, to }) => colour.red(`gap: ${from} to ${to}`)),
  ];
  return [
    head,
    ...(set.partitions.length === 0
      ? ['  no partitions']
      : rows.map((row, at) => (at === 0 ? colour.dim(line(row)) : line(row)))),
    ...notes.map((note) => `  ${note}`),
  ].join('\n');
}
