import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalog, type Catalog } from '../model/catalog.ts';
import type { Entry, Value } from '../model/entry.ts';
import { type Key, keyOf } from '../model/id.ts';
import { diff, equal } from './diff.ts';

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), tie('value'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
})).value;
const entry: fc.Arbitrary<Entry> = fc.record({
  id: fc.record({ kind: fc.constant('schema' as const), name: fc.constantFrom('a', 'b', 'c', 'd', 'e') }),
  attrs: fc.dictionary(fc.constantFrom('x', 'y', 'z'), value, { noNullPrototype: true }),
});
const someCatalog = fc.array(entry, { maxLength: 6 }).map((entries) => catalog('a test', 180000, entries));

/** Does what the changes say, to what they were made from. */
function apply(from: Catalog, to: Catalog): Map<Key, Record<string, Value>> {
  const entries = new Map<Key, Record<string, Value>>(
    [...from.entries].map(([key, { attrs }]) => [key, { ...attrs }]),
  );
  for (const change of diff(from, to))
    if (change.op === 'create') entries.set(keyOf(change.entry.id), { ...change.entry.attrs });
    else if (change.op === 'drop') entries.delete(keyOf(change.entry.id));
    else entries.get(keyOf(change.id))![change.attr] = change.to;
  return entries;
}
const withoutNulls = (attrs: Readonly<Record<string, Value>>) =>
  Object.fromEntries(Object.entries(attrs).filter(([, each]) => each !== null));

describe('diff', () => {
  it('gives nothing between a catalog and itself', () => {
    fc.assert(
      fc.property(someCatalog, (one) => {
        const copy = catalog('a copy', 180000, structuredClone([...one.entries.values()]));
        expect(diff(one, copy)).toEqual([]);
      }),
    );
  });

  it('gives changes that make the one out of the other', () => {
    fc.assert(
      fc.property(someCatalog, someCatalog, (from, to) => {
        const made = new Map([...apply(from, to)].map(([key, attrs]) => [key, withoutNulls(attrs)]));
        const wanted = new Map([...to.entries].map(([key, { attrs }]) => [key, withoutNulls(attrs)]));
        expect(made).toEqual(wanted);
      }),
    );
  });

  it('compares objects whatever the order of their names, and arrays in order', () => {
    expect(equal({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
    expect(equal([1, 2], [2, 1])).toBe(false);
    expect(equal({ a: null }, {})).toBe(false);
  });

  it('knows no kind of object', () => {
    const source = readFileSync(new URL('diff.ts', import.meta.url), 'utf8').replaceAll(
      /\/\*[^]*?\*\/|\/\/.*/g,
      '',
    );
    const kinds = [
      ...readFileSync(new URL('../kinds/kinds.ts', import.meta.url), 'utf8').matchAll(
        /^ {2}'?([a-z-]+)'?[,:]/gm,
      ),
    ];
    expect(kinds.length).toBeGreaterThan(15);
    for (const [, kind] of kinds) expect(source).not.toMatch(new RegExp(`['"\`.]${kind}\\b`));
  });
});
