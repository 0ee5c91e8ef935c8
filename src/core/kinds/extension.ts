/** Extensions: what they contain is theirs, and is not looked into. */
import { identifier } from '../../sql/quote.ts';
import { type ExtensionId, keyOf } from '../model/id.ts';
import { draft, type Kind } from './kind.ts';

export interface ExtensionAttributes {
  readonly schema: string;
}

export const extension: Kind<ExtensionId, ExtensionAttributes> = {
  name: 'extension',
  rank: 25,
  references: ({ attrs }) => [{ to: { kind: 'schema', name: attrs.schema }, type: 'normal' }],
  create: ({ id, attrs }) => [
    draft(`CREATE EXTENSION ${identifier(id.name)} SCHEMA ${identifier(attrs.schema)}`, {
      produces: [keyOf(id)],
    }),
  ],
  drop: ({ id }) => [draft(`DROP EXTENSION ${identifier(id.name)}`, { destroys: [keyOf(id)] })],
  alter: (_changes, _before, { id, attrs }) => [
    draft(`ALTER EXTENSION ${identifier(id.name)} SET SCHEMA ${identifier(attrs.schema)}`, {
      produces: [keyOf(id)],
    }),
  ],
};
