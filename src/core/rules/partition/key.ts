import type { Rule } from '../../model/finding.ts';
import { identifier, qualified } from '../../../sql/quote.ts';
import type { LiveInput } from '../input.ts';
import { setsOf } from './planned-sets.ts';

export const key: Rule<LiveInput> = {
  name: 'partition/key',
  severity: 'error',
  summary: 'a table is not partitioned as its partition set says',
  why: 'No partition can be made for it, and inserts fail when those that are there end.',
  *check(input) {
    for (const { domain, set, plan } of setsOf(input)) {
      if (plan === 'absent' || !('mismatch' in plan)) continue;
      const table = qualified(domain.schema, set.table);
      yield {
        domain: domain.name,
        subject: table,
        message: `${table} ${plan.mismatch}`,
        help: `Partition the table by RANGE (${identifier(set.by)}), or correct the partition set.`,
        path: set.path,
      };
    }
  },
};
