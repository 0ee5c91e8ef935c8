/** The partition sets of a database, planned once for all rules about them. */
import type { PartitionPlan } from '../../partitions/plan.ts';
import { type PlannedSet, planSets } from '../../partitions/sets.ts';
import type { LiveInput } from '../input.ts';

const planned = new WeakMap<LiveInput, readonly PlannedSet[]>();

export function setsOf(input: LiveInput): readonly PlannedSet[] {
  let sets = planned.get(input);
  if (sets === undefined)
    planned.set(input, (sets = planSets(input.manifest, input.database, input.live, input.now)));
  return sets;
}

/** Those whose tables exist and fit their declarations. */
export function* plannedSets(
  input: LiveInput,
): Generator<Omit<PlannedSet, 'plan'> & { readonly plan: PartitionPlan }> {
  for (const { plan, ...set } of setsOf(input))
    if (plan !== 'absent' && !('mismatch' in plan)) yield { ...set, plan };
}
