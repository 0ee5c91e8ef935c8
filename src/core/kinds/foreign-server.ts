/** Foreign servers. */
import { identifier, literal } from '../../sql/quote.ts';
import { type ForeignServerId, keyOf } from '../model/id.ts';
import { type ForeignOption, optionChanges, optionsClause, secretHazards } from './foreign-options.ts';
import { draft, type Kind } from './kind.ts';
import { objectClause } from './object.ts';

export type ForeignServerAttributes = {
  readonly wrapper: string;
  readonly type: string | null;
  readonly version: string | null;
  readonly options: readonly ForeignOption[];
};

export const foreignServer: Kind<ForeignServerId, ForeignServerAttributes> = {
  name: 'foreign-server',
  rank: 46,
  references: ({ attrs }) => [{ to: { kind: 'foreign-data-wrapper', name: attrs.wrapper }, type: 'normal' }],
  create: ({ id, attrs }) => {
    const type = attrs.type === null ? '' : ` TYPE ${literal(attrs.type)}`;
    const version = attrs.version === null ? '' : ` VERSION ${literal(attrs.version)}`;
    return [
      draft(
        `CREATE SERVER ${identifier(id.name)}${type}${version} FOREIGN DATA WRAPPER ${identifier(attrs.wrapper)}${optionsClause(attrs.options)}`,
        { produces: [keyOf(id)], hazards: secretsOf(id, [], attrs.options) },
      ),
    ];
  },
  drop: ({ id }) => [draft(`DROP ${objectClause(id)}`, { destroys: [keyOf(id)] })],
  alter(_changes, { attrs: before }, { id, attrs }) {
    if (before.type !== attrs.type || before.wrapper !== attrs.wrapper) return 'replace';
    const version = attrs.version === null ? 'NULL' : literal(attrs.version);
    return [
      draft(
        [
          `ALTER ${objectClause(id)}`,
          before.version === attrs.version ? '' : ` VERSION ${version}`,
          optionChanges(before.options, attrs.options),
        ].join(''),
        { produces: [keyOf(id)], hazards: secretsOf(id, before.options, attrs.options) },
      ),
    ];
  },
};

const secretsOf = (id: ForeignServerId, before: readonly ForeignOption[], after: readonly ForeignOption[]) =>
  secretHazards(objectClause(id), before, after);
