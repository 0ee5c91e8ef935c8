/** Indexes that no constraint brings with it. */
import { qualified } from '../../sql/quote.ts';
import { type IndexId, keyOf } from '../model/id.ts';
import { find } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type Owned, goneFirst, likeAbove, likeBelow, likeness, partsGone } from './index-parts.ts';
import { draft, type Kind } from './kind.ts';
import type { IndexAttributes } from './parts.ts';

const owned = ({ id, attrs }: Entry<IndexId, IndexAttributes>): Owned => ({ id, attrs: { ...attrs } });

export const index: Kind<IndexId, IndexAttributes> = {
  name: 'index',
  rank: 60,
  references: ({ id, attrs }) => [
    { to: { kind: 'table', schema: id.schema, name: attrs.table }, type: 'auto' },
    { to: { kind: 'materialized-view', schema: id.schema, name: attrs.table }, type: 'auto' },
  ],
  create: ({ id, attrs }, sides) => [
    draft(attrs.definition, {
      produces: [keyOf(id)],
      requires: [
        keyOf({ kind: 'table', schema: id.schema, name: attrs.table }),
        ...goneFirst(owned({ id, attrs }), sides),
        ...likeBelow(owned({ id, attrs }), sides).map((own) => partsGone(own.id)),
        ...likeAbove(owned({ id, attrs }), sides).map((above) => keyOf(above.id)),
      ],
      locks: [{ mode: 'SHARE', relation: qualified(id.schema, attrs.table) }],
      hazards: [
        { name: 'scan', object: qualified(id.schema, attrs.table), detail: 'reads every row under the lock' },
      ],
    }),
  ],
  drop: ({ id, attrs }) => [
    draft(`DROP INDEX ${qualified(id.schema, id.name)}`, {
      destroys: [keyOf(id)],
      produces: [partsGone(id)],
      locks: [
        { mode: 'ACCESS EXCLUSIVE', relation: qualified(id.schema, attrs.table) },
        { mode: 'ACCESS EXCLUSIVE', relation: qualified(id.schema, id.name) },
      ],
    }),
  ],
  alter: () => 'replace',
  // What it would take for its part comes again after it.
  replaces(entry, sides) {
    const before = find<IndexId, IndexAttributes>(sides.from, entry.id);
    return before !== undefined && likeness(owned(before)) === likeness(owned(entry))
      ? []
      : likeBelow(owned(entry), sides).map(({ id }) => id);
  },
};
