/** What many families draw from. */
import fc from 'fast-check';
import type { Carried } from './family.ts';

/** Made once on every server of these tests, and on both sides of every pair. */
export const roles = ['owner_a', 'owner_b', 'reader', '"Odd one"'] as const;

/** `value` in about `many` of ten. */
export const sometimes = <T>(value: fc.Arbitrary<T>, many = 3): fc.Arbitrary<T | null> =>
  fc.integer({ min: 0, max: 9 }).chain((at) => (at < many ? value : fc.constant(null)));
export const rarely = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => sometimes(value, 1);
export const flag = (many: number): fc.Arbitrary<boolean> =>
  fc.integer({ min: 0, max: 9 }).map((at) => at < many);
export const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

export const schemas = ['app', 'core', 'Odd schema'] as const;
export const schema = oneOf('app', 'app', 'app', 'core', 'core', 'public', 'Odd schema');
export const comment = oneOf('one', "it's two", 'three \\ lines\nof "it"', 'ünï');
export const carried: fc.Arbitrary<Carried> = fc.record({
  comment: sometimes(comment, 2),
  owner: sometimes(oneOf('owner_a', 'owner_a', 'owner_b'), 2),
  grants: sometimes(
    fc.array(
      fc.record({
        to: oneOf<string>(...roles, 'public'),
        all: flag(3),
        revoke: flag(3),
        option: flag(2),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    2,
  ).map((grants) => grants ?? []),
});
/** `fc.subarray`, never empty. */
export const someOf = <T>(...values: readonly T[]): fc.Arbitrary<T[]> =>
  fc.shuffledSubarray([...values], { minLength: 1 });
