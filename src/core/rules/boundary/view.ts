import type { Rule } from '../../model/finding.ts';
import type { LiveInput } from '../input.ts';
import { undeclared } from './undeclared.ts';

export const view: Rule<LiveInput> = {
  name: 'boundary/view',
  severity: 'error',
  summary: 'a view reads another domain’s objects, undeclared',
  why: 'The other domain can no longer change its tables alone: the view holds them fast, and goes when they go.',
  check: (input) =>
    undeclared(input, 'view', {
      verb: 'reads',
      plural: 'views across domains',
      remedy: 'Take that out of the view, or drop the view',
      instead: 'Ask the other domain for the data, or keep a copy of it.',
    }),
};
