/** The partition sets that a rule can speak about: their tables exist, and fit their declarations. */
import type { PartitionPlan } from '../../partitions/plan.ts';
import { type PlannedSet, planSets } from '../../partitions/sets.ts';
import type { LiveInput } from '../input.ts';

export function* plannedSets({
  manifest,
  database,
  live,
  now,
}: LiveInput): Generator<Omit<PlannedSet, 'plan'> & { readonly plan: PartitionPlan }> {
  for (const { plan, ...planned } of planSets(manifest, database, live, now))
    if (plan !== 'absent' && !('mismatch' in plan)) yield { ...planned, plan };
}
