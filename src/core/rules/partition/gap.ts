import type { Rule } from '../../model/finding.ts';
import { spanText } from '../../partitions/plan.ts';
import { formatTime } from '../../partitions/bound.ts';
import { qualified } from '../../../sql/quote.ts';
import type { LiveInput } from '../input.ts';
import { plannedSets } from './planned-sets.ts';

export const gap: Rule<LiveInput> = {
  name: 'partition/gap',
  severity: 'error',
  summary: 'there is a hole between partitions that is no whole period',
  why: 'Rows of that time are refused. Bounds given as bare dates, which each session reads in its own TimeZone, leave such holes.',
  *check(input) {
    for (const { domain, set, plan } of plannedSets(input)) {
      const table = qualified(domain.schema, set.table);
      for (const hole of plan.gaps)
        yield {
          domain: domain.name,
          subject: table,
          discriminator: spanText(hole, 'timestamptz'),
          message: `no partition of ${table} takes rows from ${formatTime(hole.from, plan.keyType)} up to ${formatTime(hole.to, plan.keyType)}`,
          help: 'Run dbctl partitions ensure, or the fix: a partition of its own fills the hole.',
          fix: hole.sql,
          path: set.path,
        };
    }
  },
};
