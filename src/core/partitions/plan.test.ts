import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PartitionSet } from '../manifest/manifest.ts';
import { type KeyType, boundClause } from './bound.ts';
import type { PartitionedTable } from './partitioned-table.ts';
import { type KeyMismatch, type PartitionPlan, planPartitions } from './plan.ts';

const set: PartitionSet = {
  table: 'events',
  by: 'at',
  every: { count: 1, unit: 'month' },
  premake: 2,
  name: 'events_{yyyy}_{mm}',
  timezone: 'UTC',
  default: false,
  grants: 'parent',
  path: [],
};
const now = Date.parse('2025-06-15T12:00:00Z');
const columnType = {
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  date: 'date',
} satisfies Record<KeyType, string>;

function table(
  bounds: readonly (readonly [name: string, from: string, to: string])[],
  type: KeyType = 'timestamptz',
) {
  const ends = { MINVALUE: -Infinity, MAXVALUE: Infinity };
  const time = (text: string) => (text in ends ? ends[text as keyof typeof ends] : Date.parse(text));
  const made: PartitionedTable = {
    schema: 'app',
    name: 'events',
    key: 'RANGE (at)',
    keyColumnType: columnType[type],
    owner: 'app_owner',
    rowSecurity: false,
    grants: [
      { to: 'reader', privilege: 'select', column: null, grantable: false },
      { to: 'writer', privilege: 'insert', column: null, grantable: false },
      { to: 'writer', privilege: 'select', column: 'id', grantable: false },
      { to: 'writer', privilege: 'select', column: 'At', grantable: false },
    ],
    partitions: bounds.map(([name, from, to]) => ({
      schema: 'app',
      name,
      bound: boundClause({ from: time(from), to: time(to) }, type),
    })),
    takenNames: new Set(['events', ...bounds.map(([name]) => name)]),
  };
  return made;
}
function plan(of: PartitionedTable, change: Partial<PartitionSet> = {}, at = now): PartitionPlan {
  const planned = planPartitions({ ...set, ...change }, of, at);
  expect((planned as KeyMismatch).mismatch).toBeUndefined();
  return planned as PartitionPlan;
}
const names = (items: readonly { readonly name: string }[]) => items.map(({ name }) => name);

describe('planning a partition set', () => {
  it('without a partition: the current period and those to premake', () => {
    const { missing, gaps, runwayDays } = plan(table([]));
    expect(names(missing)).toEqual(['events_2025_06', 'events_2025_07', 'events_2025_08']);
    expect(gaps).toEqual([]);
    expect(runwayDays).toBe(0);
  });

  it('from the lowest partition on, holes included', () => {
    const { missing, runwayDays } = plan(
      table([
        ['events_2025_02', '2025-02-01', '2025-03-01'],
        ['events_2025_05', '2025-05-01', '2025-06-01'],
        ['events_2025_06', '2025-06-01', '2025-07-01'],
      ]),
    );
    expect(names(missing)).toEqual(['events_2025_03', 'events_2025_04', 'events_2025_07', 'events_2025_08']);
    expect(runwayDays).toBe(15);
  });

  it('a retention takes the past away, and names what has expired', () => {
    const { missing, expired } = plan(table([['events_2025_01', '2025-01-01', '2025-02-01']]), {
      retain: { count: 2, unit: 'month' },
    });
    expect(expired).toEqual(['events_2025_01']);
    // 15 April is the oldest time that is kept.
    expect(names(missing)).toEqual([
      'events_2025_04',
      'events_2025_05',
      'events_2025_06',
      'events_2025_07',
      'events_2025_08',
    ]);
  });

  it('an hour that bare dates under a changing clock left out is one gap, not a missing period', () => {
    const { missing, gaps } = plan(
      table([
        ['events_2025_06', '2025-06-01T00:00:00Z', '2025-06-30T23:00:00Z'],
        ['events_2025_07', '2025-07-01T00:00:00Z', '2025-09-01T00:00:00Z'],
      ]),
    );
    expect(missing).toEqual([]);
    expect(names(gaps)).toEqual(['events_2025_06_gap']);
    expect(gaps[0]!.sql.at(-1)).toBe(
      "ALTER TABLE app.events ATTACH PARTITION app.events_2025_06_gap FOR VALUES FROM ('2025-06-30 23:00:00+00') TO ('2025-07-01 00:00:00+00')",
    );
  });

  it('two incomplete periods that meet are one gap', () => {
    const { missing, gaps } = plan(
      table([
        ['a', '2025-05-01', '2025-06-10'],
        ['b', '2025-07-10', '2025-09-01'],
      ]),
    );
    expect(missing).toEqual([]);
    expect(gaps.map(({ from, to }) => [new Date(from).toISOString(), new Date(to).toISOString()])).toEqual([
      ['2025-06-10T00:00:00.000Z', '2025-07-10T00:00:00.000Z'],
    ]);
  });

  it('open ends cover: MINVALUE the past, MAXVALUE the future', () => {
    const { missing, runwayDays } = plan(
      table([
        ['old', 'MINVALUE', '2025-05-01'],
        ['rest', '2025-07-01', 'MAXVALUE'],
      ]),
    );
    expect(names(missing)).toEqual(['events_2025_05', 'events_2025_06']);
    expect(runwayDays).toBe(0);
    expect(plan(table([['all', 'MINVALUE', 'MAXVALUE']])).runwayDays).toBeNull();
  });

  it('a period whose name another relation has is told', () => {
    const base = table([]);
    const { missing } = plan({ ...base, takenNames: new Set(['events_2025_07']) });
    expect(missing.map(({ nameTaken }) => nameTaken)).toEqual([false, true, false]);
  });

  it('the statements carry owner and grants, and attach last', () => {
    const [first] = plan(table([])).missing;
    expect(first!.sql.slice(1)).toEqual([
      'ALTER TABLE app.events_2025_06 OWNER TO app_owner',
      'GRANT SELECT ON app.events_2025_06 TO reader',
      'GRANT INSERT, SELECT (id, "At") ON app.events_2025_06 TO writer',
      "ALTER TABLE app.events ATTACH PARTITION app.events_2025_06 FOR VALUES FROM ('2025-06-01 00:00:00+00') TO ('2025-07-01 00:00:00+00')",
    ]);
    const [secured] = plan({ ...table([]), rowSecurity: true }).missing;
    expect(secured!.sql).toContain('ALTER TABLE app.events_2025_06 ENABLE ROW LEVEL SECURITY');
    const [bare] = plan(table([]), { grants: 'none' }).missing;
    expect(bare!.sql.join('\n')).not.toContain('GRANT');
  });

  it('a key without a zone turns over when the clocks of the set do', () => {
    const newYear = Date.parse('2025-12-31T23:30:00Z');
    const paris = { timezone: 'Europe/Paris', premake: 0 };
    expect(names(plan(table([], 'date'), paris, newYear).missing)).toEqual(['events_2026_01']);
    expect(plan(table([], 'date'), paris, newYear).missing[0]!.sql.at(-1)).toContain(
      "FROM ('2026-01-01') TO ('2026-02-01')",
    );
    expect(plan(table([]), paris, newYear).missing[0]!.sql.at(-1)).toContain(
      "FROM ('2025-12-31 23:00:00+00')",
    );
  });

  it.each([
    [{ key: null }, 'is not partitioned'],
    [{ key: 'LIST (at)' }, 'is partitioned by LIST (at), not by RANGE (at)'],
    [{ key: 'RANGE (at, id)' }, 'is partitioned by RANGE (at, id), not by RANGE (at)'],
    [{ keyColumnType: 'bigint' }, 'has the key at of type bigint, which has no calendar'],
  ])('a table that does not fit its declaration is told: %j', (change, mismatch) => {
    expect(planPartitions(set, { ...table([]), ...change }, now)).toEqual({ mismatch });
  });

  it('once made, nothing is missing, whatever was there before', () => {
    const hour = 3_600_000;
    const start = Date.parse('2024-01-01T00:00:00Z');
    // Spans of whole hours, disjoint by construction: alternately covered and not.
    const spans = fc.array(fc.integer({ min: 1, max: 2000 }), { maxLength: 12 }).map((lengths) => {
      let at = start;
      const made: [string, string, string][] = [];
      for (const [index, length] of lengths.entries()) {
        const end = at + length * hour;
        if (index % 2 === 0)
          made.push([`old_${index}`, new Date(at).toISOString(), new Date(end).toISOString()]);
        at = end;
      }
      return made;
    });
    const units = fc.constantFrom('day', 'week', 'month', 'quarter', 'year');
    fc.assert(
      fc.property(spans, units, fc.constantFrom('UTC', 'Europe/Paris'), (bounds, unit, timezone) => {
        const change: Partial<PartitionSet> = {
          every: { count: 1, unit },
          timezone,
          name: 'p_{yyyy}_{mm}_{dd}',
        };
        const first = plan(table(bounds), change);
        const made = [...first.missing, ...first.gaps].map(({ name, from, to }): [string, string, string] => [
          name,
          new Date(from).toISOString(),
          new Date(to).toISOString(),
        ]);
        expect(new Set(made.map(([name]) => name)).size).toBe(made.length);
        const second = plan(table([...bounds, ...made]), change);
        expect([second.missing, second.gaps, second.overlaps]).toEqual([[], [], []]);
      }),
      { numRuns: 100 },
    );
  });
});
