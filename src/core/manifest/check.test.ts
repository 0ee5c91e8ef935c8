import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manifestOf } from '../../../test/support/manifest.ts';
import { type Period, nextPeriod, partitionName, periodAt } from '../partitions/period.ts';
import { checkManifest } from './check.ts';
import type { Interval, PartitionSet } from './manifest.ts';

const today = '2026-11-21';
const crossing = { from: 'a.b', to: 'other.t', as: 'view' } as const;
const messages = async (given: Parameters<typeof manifestOf>[0]) =>
  (await checkManifest(manifestOf(given), today)).map(({ message }) => message);

describe('dates', () => {
  it('have expired from the day after on, and every day that there is is one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -40_000, max: 40_000 }), async (days) => {
        const until = new Date(Date.parse(today) + days * 86_400_000).toISOString().slice(0, 10);
        const found = await messages({
          domains: { mine: { crossings: [{ ...crossing, until, path: [] }] }, other: {} },
        });
        const ago = days === -1 ? 'yesterday' : `${-days} days ago`;
        expect(found).toEqual(days < 0 ? [`the crossing expired ${ago}, on ${until}`] : []);
      }),
    );
  });

  it.each(['2027-02-29', '2100-02-29', '2027-04-31', '2027-00-10', '2027-13-01', '2027-01-32'])(
    '%s is none',
    async (until) => {
      const domains = { mine: { crossings: [{ ...crossing, until, path: [] }] }, other: {} };
      expect(await messages({ domains })).toEqual([`\`${until}\` is no date of the calendar`]);
    },
  );
});

describe('memberships', () => {
  it('are told to go round in a circle exactly when no order of the roles is left', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const edges = fc.uniqueArray(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), {
      selector: (edge) => edge.join(),
      maxLength: 9,
    });
    await fc.assert(
      fc.asyncProperty(edges, async (edges) => {
        const memberOf = (name: string) => edges.filter(([from]) => from === name).map(([, to]) => to);
        const found = await messages({
          domains: {},
          roles: Object.fromEntries(names.map((name) => [name, { memberOf: memberOf(name) }])),
        });
        let rest = names;
        for (;;) {
          const free = rest.filter((name) => !memberOf(name).some((group) => rest.includes(group)));
          if (free.length === 0) break;
          rest = rest.filter((name) => !free.includes(name));
        }
        expect(found.length > 0).toBe(rest.length > 0);
        for (const message of found) {
          const one = /^(.) is a member of itself$/.exec(message)?.[1];
          const circle = one === undefined ? message.split(' circle: ')[1]!.split(' → ') : [one, one];
          expect(circle[0]).toBe(circle.at(-1));
          for (const [at, name] of circle.slice(1).entries())
            expect(edges).toContainEqual([circle[at], name]);
        }
      }),
    );
  });
});

describe("partitions' names", () => {
  const units = ['hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
  const set = (every: Interval, name: string, timezone = 'UTC'): PartitionSet => ({
    table: 't',
    by: 'at',
    every,
    premake: 3,
    name,
    timezone,
    default: false,
    grants: 'parent',
    path: ['domains', 'd', 'partitions', 't'],
  });
  /** How many periods show every way in which a pattern can come round. */
  const many = { hour: 9000, day: 1200, week: 170, month: 100, quarter: 40, year: 20 };

  /** The names of so many periods, one by one; without the year there are only so many names for ever more periods. */
  function isRepeated(every: Interval, name: string): boolean {
    if (!name.includes('{yyyy}')) return true;
    const seen = new Set<string>();
    let period: Period = periodAt(Date.UTC(2023, 11, 25), every, 'UTC');
    const count = Math.ceil(many[every.unit] / every.count) + 2;
    for (let at = 0; at < count; at += 1) {
      const text = partitionName(name, period);
      if (seen.has(text)) return true;
      seen.add(text);
      period = nextPeriod(period, every, 'UTC');
    }
    return false;
  }

  it('are refused exactly when two periods would have one', async () => {
    const tokens = fc.subarray(['{yyyy}', '{mm}', '{dd}', '{hh}', '{iw}', '{q}'], { minLength: 1 });
    const every = fc.record({ unit: fc.constantFrom(...units), count: fc.constantFrom(1, 2, 3, 6) });
    await fc.assert(
      fc.asyncProperty(every, tokens, async (every, tokens) => {
        const name = `t_${tokens.join('_')}`;
        const found = await messages({ domains: { d: { partitions: [set(every, name)] } } });
        expect(found.some((message) => message.includes('would both be named'))).toBe(
          isRepeated(every, name),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('can be told only where the calendar reaches', async () => {
    const long = {
      ...set({ unit: 'year', count: 999_999 }, 't_{yyyy}'),
      retain: { unit: 'hour', count: 1 } as const,
    };
    expect(await messages({ domains: { d: { partitions: [long] } } })).toEqual([
      '`every` is longer than 1000 years',
    ]);
    const kept = {
      ...set({ unit: 'year', count: 1000 }, 't_{yyyy}'),
      retain: { unit: 'year', count: 1001 } as const,
    };
    expect(await messages({ domains: { d: { partitions: [kept] } } })).toEqual([
      '`retain` is longer than 1000 years',
    ]);
  });

  it('stay apart where the clocks are set back', async () => {
    const hourly = set({ unit: 'hour', count: 1 }, 't_{yyyy}_{mm}_{dd}_{hh}', 'Europe/Berlin');
    expect(await messages({ domains: { d: { partitions: [hourly] } } })).toEqual([]);
  });
});

it('prefixes in one schema overlap exactly when some name begins with both', async () => {
  const prefix = fc.stringMatching(/^[ab]{1,3}_?$/);
  await fc.assert(
    fc.asyncProperty(prefix, prefix, async (one, two) => {
      const found = await messages({
        domains: {
          first: { isolation: 'prefix', schema: 'shared', prefix: one },
          second: { isolation: 'prefix', schema: 'shared', prefix: two },
        },
      });
      // A name that begins with both begins with the longer one.
      const longer = one.length > two.length ? one : two;
      expect(found.length).toBe(longer.startsWith(one) && longer.startsWith(two) ? 1 : 0);
    }),
  );
});

it('warns of what is allowed and seldom meant', async () => {
  const found = await checkManifest(
    manifestOf({
      domains: {},
      roles: {
        boss: { superuser: true },
        group: {
          passwordEnv: 'GROUP_PASSWORD',
          settings: { statment_timeout: '30s', deadlock_timeout: '1s' },
        },
      },
    }),
    today,
  );
  expect(found.map(({ severity, path }) => [severity, path.join('.')])).toEqual([
    ['warning', 'roles.boss.superuser'],
    ['warning', 'roles.group.password'],
    ['warning', 'roles.group.settings.statment_timeout'],
  ]);
});

it('takes a definition that reaches beyond its column for what it is', async () => {
  const definitions = [
    'int, b int',
    'int)',
    'int -- comment',
    'int /* open',
    'int); drop table t; --',
    'int, unique (a)',
  ];
  for (const definition of definitions) {
    const path = ['domains', 'd', 'tables', 't'];
    const columns = [
      { name: 'a', definition },
      { name: 'z', definition: 'int' },
    ];
    const table = { name: 't', columns, constraints: [], indexes: [], path };
    const found = await checkManifest(manifestOf({ domains: { d: { tables: [table] } } }), today);
    expect(found.map(({ path }) => path.join('.'))).toEqual(['domains.d.tables.t.columns.a']);
  }
});
