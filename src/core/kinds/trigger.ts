/** Triggers of tables and views: those that a partitioned table gives its partitions are the partitioned table's. */
import { identifier, qualified } from '../../sql/quote.ts';
import { type TriggerId, keyOf, relationsOf } from '../model/id.ts';
import type { Lock } from '../model/statement.ts';
import { accessExclusive } from './alter-table.ts';
import { draft, type Draft, type Kind } from './kind.ts';
import { type TriggerState, setState, stateSet, statesBelow } from './trigger-state.ts';

export interface TriggerAttributes {
  /** As pg_get_triggerdef prints it, after CREATE. */
  readonly definition: string;
  readonly enabled: TriggerState;
  readonly constraint: boolean;
}

const locks = ({ schema, table }: TriggerId): readonly Lock[] => [
  { mode: 'SHARE ROW EXCLUSIVE', relation: qualified(schema, table) },
];

/** Of a partitioned table, the partitions' triggers follow. */
const enable = (id: TriggerId, enabled: TriggerState): Draft =>
  draft(setState(id, enabled), { requires: [keyOf(id)], produces: [stateSet(id)], locks: locks(id) });

export const trigger: Kind<TriggerId, TriggerAttributes> = {
  name: 'trigger',
  rank: 75,
  references: ({ id }) => relationsOf(id).map((to) => ({ to, type: 'auto' })),
  create: ({ id, attrs }) => [
    draft(`CREATE ${attrs.definition}`, { produces: [keyOf(id)], locks: locks(id) }),
    ...(attrs.enabled === 'origin' ? [] : [enable(id, attrs.enabled)]),
  ],
  drop: ({ id }) => [
    draft(`DROP TRIGGER ${identifier(id.name)} ON ${qualified(id.schema, id.table)}`, {
      destroys: [keyOf(id)],
      locks: accessExclusive({ schema: id.schema, name: id.table }),
    }),
  ],
  alter(changes, before, { id, attrs }, sides) {
    const after = statesBelow(id, sides);
    if (!changes.some(({ attr }) => attr === 'definition')) return [enable(id, attrs.enabled), ...after];
    // A constraint trigger cannot be replaced in place.
    if (attrs.constraint || before.attrs.constraint) return 'replace';
    return [
      draft(`CREATE OR REPLACE ${attrs.definition}`, { produces: [keyOf(id)], locks: locks(id) }),
      // Replaced, it fires as a new one does.
      ...(attrs.enabled === 'origin' ? [] : [enable(id, attrs.enabled)]),
      ...after,
    ];
  },
};
