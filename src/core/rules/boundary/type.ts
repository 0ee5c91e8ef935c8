import type { Rule } from '../../model/finding.ts';
import type { LiveInput } from '../input.ts';
import { undeclared } from './undeclared.ts';

export const type: Rule<LiveInput> = {
  name: 'boundary/type',
  severity: 'error',
  summary: 'a column is of another domain’s type, undeclared',
  why: 'The other domain then decides which values this one may store, and its type cannot go while the column is there.',
  check: (input) =>
    undeclared(input, 'type', {
      verb: 'is of type',
      plural: 'types across domains',
      remedy: 'Give the domain a type of its own, and the column that type',
      instead: 'A text column with a CHECK constraint does as well.',
    }),
};
