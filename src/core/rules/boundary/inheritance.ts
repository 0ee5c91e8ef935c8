import type { PartitionId } from '../../model/id.ts';
import type { Rule } from '../../model/finding.ts';
import { sqlToDrop } from '../fix.ts';
import type { LiveInput } from '../input.ts';
import { undeclared } from './undeclared.ts';

export const inheritance: Rule<LiveInput> = {
  name: 'boundary/inheritance',
  severity: 'error',
  summary: 'a table is a partition or a child of another domain’s table, undeclared',
  why: 'Its rows are the other domain’s rows too: two owners of one fact.',
  check: (input) =>
    undeclared(
      input,
      'inheritance',
      {
        verb: 'inherits from',
        plural: 'inheritance and partitions across domains',
        remedy: 'Detach it, or move it to the schema of its parent',
        instead: 'Keep each domain’s rows in its own tables.',
      },
      ({ dependent }) =>
        dependent.id.kind === 'partition'
          ? sqlToDrop([{ ...dependent, id: dependent.id satisfies PartitionId }], input.live)
          : [],
    ),
};
