import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundClause, keyTypeOf, parseBound } from './bound.ts';

const utc = (text: string) => Date.parse(text);

describe('partition bounds', () => {
  it.each([
    [
      "FOR VALUES FROM ('2025-01-01 00:00:00+00') TO ('2025-02-01 00:00:00+00')",
      { from: utc('2025-01-01T00:00:00Z'), to: utc('2025-02-01T00:00:00Z') },
    ],
    [
      "FOR VALUES FROM ('2025-01-01 05:30:00+05:30') TO ('2025-02-01 00:00:00-03')",
      { from: utc('2025-01-01T00:00:00Z'), to: utc('2025-02-01T03:00:00Z') },
    ],
    ["FOR VALUES FROM ('2025-01-01') TO ('2025-02-01')", { from: utc('2025-01-01'), to: utc('2025-02-01') }],
    ["FOR VALUES FROM (MINVALUE) TO ('2025-02-01')", { from: -Infinity, to: utc('2025-02-01') }],
    ["FOR VALUES FROM ('2025-02-01') TO (MAXVALUE)", { from: utc('2025-02-01'), to: Infinity }],
    ['DEFAULT', 'default'],
    ["FOR VALUES IN ('a')", undefined],
    ['FOR VALUES WITH (modulus 4, remainder 0)', undefined],
    ['FOR VALUES FROM (1) TO (10)', undefined],
    ["FOR VALUES FROM ('2025-01-01', 1) TO ('2025-02-01', 1)", undefined],
  ] as const)('%s', (text, expected) => {
    expect(parseBound(text)).toEqual(expected);
  });

  it('written and read again are the same, to the microsecond and before Christ', () => {
    // Five decimals of a second: whole numbers of 10 microseconds stay exact in a double.
    const time = fc.oneof(
      fc.integer({
        min: utc('0001-01-01T00:00:00Z') - 40_000 * 86_400_000,
        max: utc('9999-12-31T00:00:00Z'),
      }),
      fc.integer({ min: 0, max: 4e12 }).map((n) => n + 0.25),
    );
    fc.assert(
      fc.property(
        time,
        time,
        fc.constantFrom('timestamptz' as const, 'timestamp' as const),
        (from, to, type) => {
          expect(parseBound(boundClause({ from, to }, type))).toEqual({ from, to });
        },
      ),
    );
  });

  it('carry their offset only where the key has a time zone', () => {
    const span = { from: utc('2025-01-01'), to: Infinity };
    expect(boundClause(span, 'timestamptz')).toBe("FOR VALUES FROM ('2025-01-01 00:00:00+00') TO (MAXVALUE)");
    expect(boundClause(span, 'timestamp')).toBe("FOR VALUES FROM ('2025-01-01 00:00:00') TO (MAXVALUE)");
    expect(boundClause(span, 'date')).toBe("FOR VALUES FROM ('2025-01-01') TO (MAXVALUE)");
  });

  it('need a key type with a calendar', () => {
    expect(keyTypeOf('timestamp(3) with time zone')).toBe('timestamptz');
    expect(keyTypeOf('timestamp without time zone')).toBe('timestamp');
    expect(keyTypeOf('date')).toBe('date');
    expect(keyTypeOf('integer')).toBeUndefined();
  });
});
