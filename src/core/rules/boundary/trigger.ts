import type { Rule } from '../../model/finding.ts';
import { sqlToDrop } from '../fix.ts';
import type { LiveInput } from '../input.ts';
import { undeclared } from './undeclared.ts';

export const trigger: Rule<LiveInput> = {
  name: 'boundary/trigger',
  severity: 'error',
  summary: 'a trigger or rule runs another domain’s function or reaches its tables, undeclared',
  why: 'Every write then does the other domain’s work too: its faults and its locks become this one’s.',
  check: (input) =>
    undeclared(
      input,
      'trigger',
      {
        verb: 'runs',
        plural: 'triggers across domains',
        remedy: 'Drop it, or let it run a function of its own domain',
        instead: 'Write an outbox message, and let the other domain act on it.',
      },
      ({ dependent }) => sqlToDrop([dependent], input.live),
    ),
};
