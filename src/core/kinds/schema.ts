/** Schemas. */
import { identifier } from '../../sql/quote.ts';
import { type SchemaId, keyOf } from '../model/id.ts';
import { draft, type Kind } from './kind.ts';

export const schema: Kind<SchemaId> = {
  name: 'schema',
  rank: 20,
  references: () => [],
  // IF NOT EXISTS: the runner makes a domain's schema before its first migration, to keep the history there.
  create: ({ id }) => [
    draft(`CREATE SCHEMA IF NOT EXISTS ${identifier(id.name)}`, { produces: [keyOf(id)] }),
  ],
  // Never CASCADE: another domain's view would go with it.
  drop: ({ id }) => [draft(`DROP SCHEMA ${identifier(id.name)}`, { destroys: [keyOf(id)] })],
  alter: () => 'replace',
};
