/** That a partition's copy of a trigger fires otherwise than its parent's. */
import { qualified } from '../../sql/quote.ts';
import { type PartitionTriggerId, keyOf } from '../model/id.ts';
import { draft, type Draft, type Kind, type Sides } from './kind.ts';
import { type TriggerState, origin, setState, stateSet, statesBelow } from './trigger-state.ts';

export type PartitionTriggerAttributes = { readonly enabled: TriggerState };

function set(id: PartitionTriggerId, state: TriggerState, sides: Sides, rest: Partial<Draft>): Draft[] {
  const { trigger } = origin(sides.to, id);
  return [
    draft(setState(id, state), {
      requires: trigger === undefined ? [] : [keyOf(trigger), stateSet(trigger)],
      locks: [{ mode: 'SHARE ROW EXCLUSIVE', relation: qualified(id.schema, id.table) }],
      ...rest,
    }),
    ...statesBelow(id, sides),
  ];
}

export const partitionTrigger: Kind<PartitionTriggerId, PartitionTriggerAttributes> = {
  name: 'partition-trigger',
  rank: 76,
  references: ({ id }) => [{ to: { kind: 'partition', schema: id.schema, name: id.table }, type: 'auto' }],
  create: ({ id, attrs }, sides) => set(id, attrs.enabled, sides, { produces: [keyOf(id)] }),
  drop: ({ id }, sides) => set(id, origin(sides.to, id).state, sides, { destroys: [keyOf(id)] }),
  alter: (_changes, _before, { id, attrs }, sides) =>
    set(id, attrs.enabled, sides, { produces: [keyOf(id)] }),
};
