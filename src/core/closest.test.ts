import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closest, editDistance } from './closest.ts';

const word = fc.stringMatching(/^[a-z]{4,12}$/);

describe('closest', () => {
  it.each([
    ['grnats', ['memberOf', 'grants', 'settings'], 'grants'],
    ['shema', ['prefix', 'schema', 'database'], 'schema'],
    ['slect', ['select', 'delete'], 'select'],
    ['connection_limit', ['connectionLimit', 'login'], 'connectionLimit'],
    ['desc', ['description', 'database'], 'description'],
    ['tenant', ['auth', 'tenants'], 'tenants'],
    ['billing', ['auth', 'metrics'], undefined],
    ['ab', ['cd', 'ef'], undefined],
    ['par', ['partitions', 'parts'], undefined],
    ['x', [], undefined],
  ])('%s among %j is %s', (name, candidates, expected) => {
    expect(closest(name, candidates)).toBe(expected);
  });

  it('finds a name with one letter dropped, doubled, changed or swapped', () => {
    fc.assert(
      fc.property(word, fc.nat(), fc.constantFrom('drop', 'double', 'change', 'swap'), (name, where, how) => {
        const at = where % (name.length - 1);
        const [a, b] = [name[at]!, name[at + 1]!];
        const middle = { drop: b, double: a + a + b, change: `z${b}`, swap: b + a }[how];
        const slip = name.slice(0, at) + middle + name.slice(at + 2);
        expect(closest(slip, ['0123456789', name])).toBe(name);
      }),
    );
  });

  it('prefers the name itself', () => {
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 1 }), fc.nat(), (names, at) => {
        const name = names[at % names.length]!;
        expect(closest(name, names)).toBe(name);
      }),
    );
  });
});

describe('the edit distance', () => {
  it('is symmetric, zero for equals only, within the lengths, and moves by one edit at a time', () => {
    const short = fc.stringMatching(/^[ab]{0,5}$/);
    fc.assert(
      fc.property(short, short, (from, to) => {
        const distance = editDistance(from, to);
        expect(distance).toBe(editDistance(to, from));
        expect(distance === 0).toBe(from === to);
        expect(distance).toBeGreaterThanOrEqual(Math.abs(from.length - to.length));
        expect(distance).toBeLessThanOrEqual(Math.max(from.length, to.length));
        expect(editDistance(`${from}a`, `${to}a`)).toBeLessThanOrEqual(distance);
        expect(Math.abs(editDistance(`${from}b`, to) - distance)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it.each([
    ['ab', 'ba', 1],
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
    ['abcd', 'badc', 2],
  ])('%s to %s: %i', (from, to, expected) => {
    expect(editDistance(from, to)).toBe(expected);
  });
});
