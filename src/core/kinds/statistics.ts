/** Extended statistics. They go with a column that they are on; when it changes its type, the server makes them again. */
import { qualified } from '../../sql/quote.ts';
import { type StatisticsId, keyOf } from '../model/id.ts';
import type { Lock } from '../model/statement.ts';
import { alterObject, inItsSchema } from './in-schema.ts';
import { draft, type Kind } from './kind.ts';
import { objectClause } from './object.ts';

export type StatisticsAttributes = {
  /** As pg_get_statisticsobjdef prints it, after CREATE; its columns in the order of their names. */
  readonly definition: string;
  readonly table: { readonly schema: string; readonly name: string };
  /** null: the default_statistics_target of whoever analyzes. */
  readonly target: number | null;
};

const locks = ({ table }: StatisticsAttributes): readonly Lock[] => [
  { mode: 'SHARE UPDATE EXCLUSIVE', relation: qualified(table.schema, table.name) },
];
const setTarget = (id: StatisticsId, target: number | null) =>
  alterObject(id, `SET STATISTICS ${target ?? -1}`);

export const statistics: Kind<StatisticsId, StatisticsAttributes> = {
  name: 'statistics',
  rank: 72,
  references: inItsSchema,
  create: ({ id, attrs }) => [
    draft(`CREATE ${attrs.definition}`, { produces: [keyOf(id)], locks: locks(attrs) }),
    ...(attrs.target === null
      ? []
      : [{ ...setTarget(id, attrs.target), produces: [], requires: [keyOf(id)] }]),
  ],
  drop: ({ id, attrs }) => [
    draft(`DROP ${objectClause(id)}`, { destroys: [keyOf(id)], locks: locks(attrs) }),
  ],
  alter: (changes, _before, { id, attrs }) =>
    changes.some(({ attr }) => attr !== 'target') ? 'replace' : [setTarget(id, attrs.target)],
};
