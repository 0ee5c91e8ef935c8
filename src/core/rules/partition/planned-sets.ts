/** The partition sets of a database, planned once for all rules about them. */
import { onceOf } from '../../model/once-of.ts';
import type { PartitionPlan } from '../../partitions/plan.ts';
import { type PlannedSet, planSets } from '../../partitions/sets.ts';
import type { LiveInput } from '../input.ts';

export const setsOf = onceOf(({ manifest, database, live, now }: LiveInput): readonly PlannedSet[] =>
  planSets(manifest, database, live, now),
);

/** Those whose tables exist and fit their declarations. */
export function* plannedSets(
  input: LiveInput,
): Generator<Omit<PlannedSet, 'plan'> & { readonly plan: PartitionPlan }> {
  for (const { plan, ...set } of setsOf(input))
    if (plan !== 'absent' && !('mismatch' in plan)) yield { ...set, plan };
}
