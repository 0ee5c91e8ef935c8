import type { Rule } from '../../model/finding.ts';
import type { LiveInput } from '../input.ts';
import { undeclared } from './undeclared.ts';

export const functionCall: Rule<LiveInput> = {
  name: 'boundary/function',
  severity: 'error',
  summary: 'a function uses another domain’s objects, or a constraint or index its function, undeclared',
  why: 'What the one domain changes in its own schema then changes what the other computes, and neither sees it.',
  check: (input) =>
    undeclared(input, 'function', {
      verb: 'uses',
      plural: 'functions across domains',
      remedy: 'Take that out of it, or give the domain an object of its own for it',
      instead: 'Let the application call both domains.',
    }),
};
