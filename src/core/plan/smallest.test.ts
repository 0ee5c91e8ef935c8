import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Smallest } from './smallest.ts';

test('gives back what is in it, the smallest first', () => {
  const sorted = fc.sample(fc.array(fc.integer({ min: 0, max: 50 })), 200).map((values) => {
    const heap = new Smallest();
    for (const value of values) heap.push(value);
    // One goes out and in again in between.
    const first = heap.pop();
    if (first !== undefined) heap.push(first);
    return { given: values.toSorted((a, b) => a - b), got: values.map(() => heap.pop()), last: heap.pop() };
  });
  for (const { given, got, last } of sorted) expect([...got, last]).toEqual([...given, undefined]);
});
