/** Foreign data wrappers: the code by which foreign servers are reached. */
import { identifier } from '../../sql/quote.ts';
import { type ForeignDataWrapperId, keyOf } from '../model/id.ts';
import { type ForeignOption, optionChanges, optionsClause, secretHazards } from './foreign-options.ts';
import { draft, type Kind } from './kind.ts';
import { objectClause } from './object.ts';

export type ForeignDataWrapperAttributes = {
  /** The functions, qualified as SQL writes them; null for none. */
  readonly handler: string | null;
  readonly validator: string | null;
  readonly options: readonly ForeignOption[];
};

const handler = (name: string | null) => (name === null ? ' NO HANDLER' : ` HANDLER ${name}`);
const validator = (name: string | null) => (name === null ? ' NO VALIDATOR' : ` VALIDATOR ${name}`);

export const foreignDataWrapper: Kind<ForeignDataWrapperId, ForeignDataWrapperAttributes> = {
  name: 'foreign-data-wrapper',
  rank: 45,
  references: () => [],
  create: ({ id, attrs }) => [
    draft(
      `CREATE FOREIGN DATA WRAPPER ${identifier(id.name)}${handler(attrs.handler)}${validator(attrs.validator)}${optionsClause(attrs.options)}`,
      { produces: [keyOf(id)], hazards: secretsOf(id, [], attrs.options) },
    ),
  ],
  drop: ({ id }) => [draft(`DROP ${objectClause(id)}`, { destroys: [keyOf(id)] })],
  alter: (_changes, { attrs: before }, { id, attrs }) => [
    draft(
      [
        `ALTER ${objectClause(id)}`,
        before.handler === attrs.handler ? '' : handler(attrs.handler),
        before.validator === attrs.validator ? '' : validator(attrs.validator),
        optionChanges(before.options, attrs.options),
      ].join(''),
      { produces: [keyOf(id)], hazards: secretsOf(id, before.options, attrs.options) },
    ),
  ],
};

const secretsOf = (
  id: ForeignDataWrapperId,
  before: readonly ForeignOption[],
  after: readonly ForeignOption[],
) => secretHazards(objectClause(id), before, after);
