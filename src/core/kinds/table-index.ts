/** Indexes that no constraint brings with it. */
import { qualified } from '../../sql/quote.ts';
import { type IndexId, keyOf } from '../model/id.ts';
import { draft, type Kind } from './kind.ts';

export interface IndexAttributes {
  readonly table: string;
  /** As pg_get_indexdef prints it: the whole CREATE INDEX. */
  readonly definition: string;
}

export const index: Kind<IndexId, IndexAttributes> = {
  name: 'index',
  rank: 60,
  references: ({ id, attrs }) => [
    { to: { kind: 'table', schema: id.schema, name: attrs.table }, type: 'auto' },
    { to: { kind: 'materialized-view', schema: id.schema, name: attrs.table }, type: 'auto' },
  ],
  create: ({ id, attrs }) => [
    draft(attrs.definition, {
      produces: [keyOf(id)],
      requires: [keyOf({ kind: 'table', schema: id.schema, name: attrs.table })],
      locks: [{ mode: 'SHARE', relation: qualified(id.schema, attrs.table) }],
      hazards: [
        { name: 'scan', object: qualified(id.schema, attrs.table), detail: 'reads every row under the lock' },
      ],
    }),
  ],
  drop: ({ id, attrs }) => [
    draft(`DROP INDEX ${qualified(id.schema, id.name)}`, {
      destroys: [keyOf(id)],
      locks: [
        { mode: 'ACCESS EXCLUSIVE', relation: qualified(id.schema, attrs.table) },
        { mode: 'ACCESS EXCLUSIVE', relation: qualified(id.schema, id.name) },
      ],
    }),
  ],
  alter: () => 'replace',
};
