import type { Rule } from '../../model/finding.ts';
import { drifted } from './drifted.ts';
import type { DriftInput } from './input.ts';

export const unexpected: Rule<DriftInput> = {
  name: 'drift/unexpected',
  severity: 'error',
  summary: 'an object lies in a domain that no applied migration made',
  why: 'Nobody will make it on the next database, and whoever comes to rely on it finds out there.',
  check: (input) =>
    drifted(
      input,
      'unexpected',
      (name) => `${name} is there, and no applied migration made it`,
      'Declare it and generate a migration, or drop it.',
    ),
};
