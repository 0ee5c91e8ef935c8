/** That a table is a partition of another. Made by PARTITION OF with its table, or by ATTACH. */
import { qualified } from '../../sql/quote.ts';
import { type PartitionId, keyOf } from '../model/id.ts';
import type { Lock } from '../model/statement.ts';
import { draft, type Kind } from './kind.ts';

export interface PartitionAttributes {
  readonly parentSchema: string;
  readonly parentTable: string;
  /** As pg_get_expr prints it: `FOR VALUES FROM (…) TO (…)`, `DEFAULT`. */
  readonly bound: string;
}

export const partition: Kind<PartitionId, PartitionAttributes> = {
  name: 'partition',
  rank: 52,
  references: ({ id, attrs }) => [
    { to: { kind: 'table', schema: id.schema, name: id.name }, type: 'auto' },
    // A partition goes with its parent; its table follows through this entry's own edge.
    { to: { kind: 'table', schema: attrs.parentSchema, name: attrs.parentTable }, type: 'auto' },
  ],
  create: ({ id, attrs }) => {
    const parent = qualified(attrs.parentSchema, attrs.parentTable);
    return [
      draft(`ALTER TABLE ${parent} ATTACH PARTITION ${qualified(id.schema, id.name)} ${attrs.bound}`, {
        produces: [keyOf(id)],
        requires: [
          keyOf({ kind: 'table', schema: id.schema, name: id.name }),
          keyOf({ kind: 'table', schema: attrs.parentSchema, name: attrs.parentTable }),
        ],
        locks: locks(id, parent),
        hazards: [
          {
            name: 'scan',
            object: qualified(id.schema, id.name),
            detail: 'reads every row to check the partition bound',
          },
        ],
      }),
    ];
  },
  drop: ({ id, attrs }) => {
    const parent = qualified(attrs.parentSchema, attrs.parentTable);
    return [
      draft(`ALTER TABLE ${parent} DETACH PARTITION ${qualified(id.schema, id.name)}`, {
        destroys: [keyOf(id)],
        locks: [
          { mode: 'ACCESS EXCLUSIVE', relation: parent },
          { mode: 'ACCESS EXCLUSIVE', relation: qualified(id.schema, id.name) },
        ],
      }),
    ];
  },
  alter: () => 'replace',
};

const locks = (id: PartitionId, parent: string): readonly Lock[] => [
  { mode: 'SHARE UPDATE EXCLUSIVE', relation: parent },
  { mode: 'ACCESS EXCLUSIVE', relation: qualified(id.schema, id.name) },
];
