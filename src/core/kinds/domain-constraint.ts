/** Check constraints of domain types. NOT NULL is the domain's own attribute. */
import { identifier, qualified } from '../../sql/quote.ts';
import { find } from '../model/catalog.ts';
import { type DomainConstraintId, type DomainTypeId, keyOf } from '../model/id.ts';
import { isContained } from './domain-type.ts';
import { draft, type Kind } from './kind.ts';

export type DomainConstraintAttributes = {
  /** As pg_get_constraintdef prints it, without NOT VALID: `CHECK ((VALUE > 0))`. */
  readonly definition: string;
  readonly validated: boolean;
};

const domainOf = ({ schema, domain }: DomainConstraintId): DomainTypeId => ({
  kind: 'domain-type',
  schema,
  name: domain,
});
const alterDomain = ({ schema, domain }: DomainConstraintId) => `ALTER DOMAIN ${qualified(schema, domain)}`;
const scan = ({ schema, domain, name }: DomainConstraintId) =>
  ({
    name: 'depends-on-data',
    object: qualified(schema, domain),
    detail: `fails if values break ${identifier(name)}; reads every table that has a column of the domain`,
  }) as const;

export const domainConstraint: Kind<DomainConstraintId, DomainConstraintAttributes> = {
  name: 'domain-constraint',
  rank: 34,
  references: ({ id }) => [{ to: domainOf(id), type: 'auto' }],
  create({ id, attrs }) {
    const clause = () => `CONSTRAINT ${identifier(id.name)} ${attrs.definition}`;
    return [
      draft(`${alterDomain(id)} ADD ${clause()}${attrs.validated ? '' : ' NOT VALID'}`, {
        produces: [keyOf(id)],
        requires: [keyOf(domainOf(id))],
        hazards: attrs.validated ? [scan(id)] : [],
        // CREATE DOMAIN knows no NOT VALID.
        ...(attrs.validated ? { fold: { into: keyOf(domainOf(id)), rank: 0, clause } } : {}),
      }),
    ];
  },
  drop: ({ id }) => [
    draft(`${alterDomain(id)} DROP CONSTRAINT ${identifier(id.name)}`, { destroys: [keyOf(id)] }),
  ],
  // Not of what is there already and holds no value by itself.
  replaces: ({ id, attrs }, { from }) =>
    attrs.validated && find(from, domainOf(id)) !== undefined && isContained(domainOf(id), from)
      ? [domainOf(id)]
      : [],
  alter(changes, _before, { id, attrs }, { from }) {
    if (isContained(domainOf(id), from)) return 'replace';
    if (!attrs.validated || changes.some(({ attr }) => attr !== 'validated')) return 'replace';
    return [
      draft(`${alterDomain(id)} VALIDATE CONSTRAINT ${identifier(id.name)}`, {
        produces: [keyOf(id)],
        hazards: [scan(id)],
      }),
    ];
  },
};
