/** How triggers fire, and that a partition's trigger may fire otherwise than the one it is a copy of. */
import { identifier, qualified } from '../../sql/quote.ts';
import { type Catalog, entriesOf, find } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type Key, type PartitionTriggerId, type TableId, type TriggerId, keyOf } from '../model/id.ts';
import { draft, type Draft, type Sides } from './kind.ts';
import type { PartitionAttributes } from './parts.ts';

export type TriggerState = 'origin' | 'replica' | 'always' | 'disabled';
type AnyTriggerId = TriggerId | PartitionTriggerId;

const words = {
  origin: 'ENABLE TRIGGER',
  replica: 'ENABLE REPLICA TRIGGER',
  always: 'ENABLE ALWAYS TRIGGER',
  disabled: 'DISABLE TRIGGER',
} as const;

/** @returns the statement that sets a trigger's state, and that of its copies on the partitions below. */
export const setState = ({ schema, table, name }: AnyTriggerId, state: TriggerState): string =>
  `ALTER TABLE ${qualified(schema, table)} ${words[state]} ${identifier(name)}`;

/** Stands for: a new trigger fires as it shall, and its copies with it. */
export const stateSet = (id: TriggerId): Key => `turn of the state of ${keyOf(id)}` as Key;

/** @returns the table's ancestors, the nearest first. */
function ancestors(catalog: Catalog, { schema, table: name }: AnyTriggerId): TableId[] {
  const above = find(catalog, { kind: 'partition', schema, name })?.attrs as PartitionAttributes | undefined;
  if (above === undefined) return [];
  const parent: TableId = { kind: 'table', schema: above.parentSchema, name: above.parentTable };
  return [
    parent,
    ...ancestors(catalog, { kind: 'trigger', schema: parent.schema, table: parent.name, name: '' }),
  ];
}

/** @returns the trigger that a partition's is a copy of, and how the nearest of its ancestors fires. */
export function origin(
  catalog: Catalog,
  id: PartitionTriggerId,
): { trigger: TriggerId | undefined; state: TriggerState } {
  let state: TriggerState | undefined;
  for (const { schema, name: table } of ancestors(catalog, id)) {
    const other = find(catalog, { ...id, schema, table })?.attrs['enabled'] as TriggerState | undefined;
    state ??= other;
    const trigger = find(catalog, { kind: 'trigger', schema, table, name: id.name });
    if (trigger === undefined) continue;
    return { trigger: trigger.id, state: state ?? (trigger.attrs['enabled'] as TriggerState) };
  }
  return { trigger: undefined, state: state ?? 'origin' };
}

/** @returns what sets again the states of copies below a trigger whose own state was set; the nearest first. */
export function statesBelow(id: AnyTriggerId, { from, to }: Sides): Draft[] {
  const below: { depth: number; entry: Entry<PartitionTriggerId> }[] = [];
  for (const entry of entriesOf(to, 'partition-trigger')) {
    if (entry.id.name !== id.name || !from.entries.has(keyOf(entry.id))) continue;
    const depth = ancestors(to, entry.id).findIndex(
      ({ schema, name }) => schema === id.schema && name === id.table,
    );
    if (depth >= 0) below.push({ depth, entry });
  }
  return below
    .sort((a, b) => a.depth - b.depth)
    .map(({ entry }) =>
      draft(setState(entry.id, entry.attrs['enabled'] as TriggerState), {
        produces: [keyOf(entry.id)],
        requires: [keyOf({ kind: 'partition', schema: entry.id.schema, name: entry.id.table })],
        locks: [{ mode: 'SHARE ROW EXCLUSIVE', relation: qualified(entry.id.schema, entry.id.table) }],
      }),
    );
}
