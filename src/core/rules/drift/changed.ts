import type { Rule } from '../../model/finding.ts';
import { drifted } from './drifted.ts';
import type { DriftInput } from './input.ts';

export const changed: Rule<DriftInput> = {
  name: 'drift/changed',
  severity: 'error',
  summary: 'an object is not as the applied migrations made it',
  why: 'A change by hand is in no migration: the next database lacks it, and the next migration may undo it or fail.',
  check: (input) =>
    drifted(
      input,
      'changed',
      (name, details) => `${name} is not as the applied migrations made it: ${details}`,
      'Put it back, or bring the change into a migration.',
    ),
};
