import type { Rule } from '../../model/finding.ts';
import { sqlToDrop } from '../fix.ts';
import type { LiveInput } from '../input.ts';
import { undeclared } from './undeclared.ts';

export const defaultValue: Rule<LiveInput> = {
  name: 'boundary/default',
  severity: 'error',
  summary: 'a column’s default uses another domain’s object, undeclared',
  why: 'Every insert then needs the other domain, and privileges there.',
  check: (input) =>
    undeclared(
      input,
      'default',
      {
        verb: 'uses',
        plural: 'defaults across domains',
        remedy: 'Drop the default, or give the domain an object of its own for it',
        instead: 'Or let the application give the value.',
      },
      ({ dependent }) => sqlToDrop([dependent], input.live),
    ),
};
