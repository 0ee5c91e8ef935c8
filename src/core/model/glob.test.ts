import { expect, it } from 'vitest';
import { globs } from './glob.ts';

it.each([
  ['pg_*', 'pg_monitor', true],
  ['pg_*', 'my_pg_x', false],
  ['auth.users', 'auth.users', true],
  ['auth.users', 'authxusers', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['a+(b)[c]$', 'a+(b)[c]$', true],
  ['*', '', true],
])('%s and %s: %s', (pattern, name, matches) => {
  expect(globs([pattern])(name)).toBe(matches);
});

it('an empty list matches nothing', () => {
  expect(globs([])('')).toBe(false);
});
