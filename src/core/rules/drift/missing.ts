import type { Rule } from '../../model/finding.ts';
import { drifted } from './drifted.ts';
import type { DriftInput } from './input.ts';

export const missing: Rule<DriftInput> = {
  name: 'drift/missing',
  severity: 'error',
  summary: 'an object that an applied migration made is not there',
  why: 'Somebody dropped it by hand: what needs it fails, and so does the next migration that alters it.',
  check: (input) =>
    drifted(
      input,
      'missing',
      (name) => `${name} is not there, though an applied migration made it`,
      'Make it again, or drop it in a migration.',
    ),
};
