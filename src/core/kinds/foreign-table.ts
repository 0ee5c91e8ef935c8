/** Foreign tables. Columns, checks and the partition bound are entries of their own, as a table's are; the rows are elsewhere. */
import { identifier, qualified } from '../../sql/quote.ts';
import { find } from '../model/catalog.ts';
import { type ForeignTableId, type PartitionId, keyOf } from '../model/id.ts';
import { accessExclusive } from './alter-table.ts';
import { type ForeignOption, optionChanges, optionsClause, secretHazards } from './foreign-options.ts';
import { draft, type Kind } from './kind.ts';
import { objectClause } from './object.ts';
import type { PartitionAttributes } from './parts.ts';

export type ForeignTableAttributes = {
  readonly server: string;
  readonly options: readonly ForeignOption[];
};

export const foreignTable: Kind<ForeignTableId, ForeignTableAttributes> = {
  name: 'foreign-table',
  rank: 50,
  references: ({ id, attrs }) => [
    { to: { kind: 'schema', name: id.schema }, type: 'normal' },
    { to: { kind: 'foreign-server', name: attrs.server }, type: 'normal' },
  ],
  create({ id, attrs }, { to }) {
    const head = `CREATE ${objectClause(id)}`;
    const tail = `\nSERVER ${identifier(attrs.server)}${optionsClause(attrs.options)}`;
    const hazards = secretsOf(id, [], attrs.options);
    const partitionId: PartitionId = { kind: 'partition', schema: id.schema, name: id.name };
    const partition = find<PartitionId, PartitionAttributes>(to, partitionId);
    if (partition === undefined) {
      const render = (clauses: readonly string[]) =>
        clauses.length === 0 ? `${head} ()${tail}` : `${head} (\n  ${clauses.join(',\n  ')}\n)${tail}`;
      return [draft(render, { produces: [keyOf(id)], hazards })];
    }
    const { parentSchema, parentTable, bound } = partition.attrs;
    const parent = { kind: 'table' as const, schema: parentSchema, name: parentTable };
    return [
      draft(
        (clauses) => {
          const own = clauses.length === 0 ? '' : ` (\n  ${clauses.join(',\n  ')}\n)`;
          return `${head}\n  PARTITION OF ${qualified(parentSchema, parentTable)}${own} ${bound}${tail}`;
        },
        {
          produces: [keyOf(id), keyOf(partitionId)],
          requires: [keyOf(parent)],
          locks: accessExclusive(parent),
          hazards,
        },
      ),
    ];
  },
  drop: ({ id, attrs }) => [
    draft(`DROP ${objectClause(id)}`, {
      destroys: [keyOf(id)],
      locks: accessExclusive(id),
      hazards: secretsOf(id, attrs.options, []),
    }),
  ],
  alter(_changes, { attrs: before }, { id, attrs }) {
    if (before.server !== attrs.server) return 'replace';
    return [
      draft(`ALTER ${objectClause(id)}${optionChanges(before.options, attrs.options)}`, {
        produces: [keyOf(id)],
        locks: accessExclusive(id),
        hazards: secretsOf(id, before.options, attrs.options),
      }),
    ];
  },
};

const secretsOf = (id: ForeignTableId, before: readonly ForeignOption[], after: readonly ForeignOption[]) =>
  secretHazards(objectClause(id), before, after);
