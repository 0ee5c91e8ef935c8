import type { Rule } from '../../model/finding.ts';
import type { LiveInput } from '../input.ts';
import { undeclared } from './undeclared.ts';

export const policy: Rule<LiveInput> = {
  name: 'boundary/policy',
  severity: 'error',
  summary: 'a row security policy reads another domain’s objects, undeclared',
  why: 'Who may see a row is then decided by rows that another domain writes, and every query pays for reading them.',
  check: (input) =>
    undeclared(input, 'policy', {
      verb: 'reads',
      plural: 'policies across domains',
      remedy: 'Word the policy with what its own domain knows',
      instead: 'Put what it needs to know into a setting of the session, or keep a copy of it.',
    }),
};
