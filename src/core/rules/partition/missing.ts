import type { Rule } from '../../model/finding.ts';
import { formatTime } from '../../partitions/bound.ts';
import { type NewPartition, toMake } from '../../partitions/plan.ts';
import { qualified } from '../../../sql/quote.ts';
import type { LiveInput } from '../input.ts';
import { counted, listOf } from '../wording.ts';
import { plannedSets } from './planned-sets.ts';

export const missing: Rule<LiveInput> = {
  name: 'partition/missing',
  severity: 'error',
  summary: 'a period of a partition set has no partition',
  why: 'A row of that period is refused, or falls into the DEFAULT partition and bars the way of its own.',
  *check(input) {
    for (const { domain, set, plan } of plannedSets(input)) {
      const due = toMake(plan).filter((partition) => !plan.gaps.includes(partition));
      if (due.length === 0) continue;
      const table = qualified(domain.schema, set.table);
      const [first] = plan.missing;
      const since =
        first === undefined ? '' : `; the first begins at ${formatTime(first.from, plan.keyType)}`;
      const taken = due
        .filter(({ nameTaken }) => nameTaken)
        .map(({ name }) => qualified(domain.schema, name));
      yield {
        domain: domain.name,
        subject: table,
        message: `${table} lacks ${counted(due.length, 'partition')}: ${listOf(due.map(({ name }) => name))}${since}`,
        help:
          taken.length === 0
            ? 'Run dbctl partitions ensure, or the fix.'
            : `Rename ${listOf(taken)}, which ${taken.length === 1 ? 'has' : 'have'} the name but ${taken.length === 1 ? 'is no partition' : 'are no partitions'} of it; then run dbctl partitions ensure.`,
        fix: sqlOf(due.filter(({ nameTaken }) => !nameTaken)),
        path: set.path,
      };
    }
  },
};

const sqlOf = (partitions: readonly NewPartition[]) => partitions.flatMap(({ sql }) => sql);
