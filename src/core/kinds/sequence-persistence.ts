/** Whether a table is logged, its sequences are with it, from then on: those that are to differ from it are set again. */
import { qualified } from '../../sql/quote.ts';
import { edgeIndex, find } from '../model/catalog.ts';
import { type SequenceId, type TableId, keyOf } from '../model/id.ts';
import { sequencePersistence } from './identity.ts';
import { draft, type Draft, type Sides } from './kind.ts';
import type { ColumnAttributes } from './parts.ts';
import type { SequenceAttributes } from './sequence.ts';

/** @returns the statements after which a table's sequences are what they are to be, though the table has become another. */
export function keptPersistence(
  table: TableId,
  persistence: SequenceAttributes['persistence'],
  { from, to }: Sides,
): Draft[] {
  const owned = new Map<string, Draft>();
  const drafts: Draft[] = [];
  for (const side of [from, to])
    for (const { dependent } of edgeIndex(side).byReferenced.get(keyOf(table)) ?? []) {
      const { id, attrs } = side.entries.get(dependent)!;
      if (id.kind !== 'column' || id.table !== table.name) continue;
      const { identity } = attrs as unknown as ColumnAttributes;
      const before = find<typeof id, ColumnAttributes>(from, id)?.attrs.identity ?? null;
      if (side === to && identity !== null && before !== null)
        drafts.push(...sequencePersistence(id, identity, persistence === 'unlogged'));
      for (const { dependent: own } of edgeIndex(side).byReferenced.get(dependent) ?? []) {
        const link = side.entries.get(own)!.id;
        if (link.kind !== 'owned-by') continue;
        const sequence: SequenceId = { ...link, kind: 'sequence' };
        const wanted = find<SequenceId, SequenceAttributes>(to, sequence)?.attrs.persistence;
        if (wanted === undefined || wanted === persistence) continue;
        owned.set(keyOf(sequence), set(sequence, wanted));
      }
    }
  return [...drafts, ...owned.values()];
}

function set(id: SequenceId, persistence: SequenceAttributes['persistence']): Draft {
  const relation = qualified(id.schema, id.name);
  return draft(`ALTER SEQUENCE ${relation} SET ${persistence === 'unlogged' ? 'UNLOGGED' : 'LOGGED'}`, {
    requires: [keyOf(id)],
    locks: [{ mode: 'ACCESS EXCLUSIVE', relation }],
  });
}
