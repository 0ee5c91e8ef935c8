/** Aggregate functions: they share their names and privileges with functions, not their DDL. */
import { qualified } from '../../sql/quote.ts';
import { type AggregateId, keyOf } from '../model/id.ts';
import { draft, type Kind } from './kind.ts';
import { publicPrivileges } from './privileges.ts';

export interface AggregateAttributes {
  readonly type: 'normal' | 'ordered-set' | 'hypothetical-set';
  /** As pg_get_function_arguments prints them: `VARIADIC "any" ORDER BY VARIADIC "any"`; `*` for none. */
  readonly arguments: string;
  readonly returns: string;
  /** `SFUNC = shop.add`, in the manual's order. */
  readonly parameters: readonly string[];
}

const definition = (id: AggregateId, attrs: AggregateAttributes) =>
  `AGGREGATE ${qualified(id.schema, id.name)}(${attrs.arguments}) (\n  ${attrs.parameters.join(',\n  ')}\n)`;

export const aggregate: Kind<AggregateId, AggregateAttributes> = {
  name: 'aggregate',
  rank: 46,
  references: ({ id }) => [{ to: { kind: 'schema', name: id.schema }, type: 'normal' }],
  implies: ({ id }) =>
    publicPrivileges('aggregate').map((privilege) => ({
      id: { kind: 'grant', on: id, to: 'public', privilege },
      attrs: { grantable: false },
    })),
  create: ({ id, attrs }) => [draft(`CREATE ${definition(id, attrs)}`, { produces: [keyOf(id)] })],
  drop: ({ id, attrs }) => [
    draft(`DROP AGGREGATE ${qualified(id.schema, id.name)}(${attrs.arguments})`, { destroys: [keyOf(id)] }),
  ],
  alter: (changes, _before, { id, attrs }) =>
    changes.some(({ attr }) => attr !== 'parameters')
      ? 'replace'
      : [draft(`CREATE OR REPLACE ${definition(id, attrs)}`, { produces: [keyOf(id)] })],
};
