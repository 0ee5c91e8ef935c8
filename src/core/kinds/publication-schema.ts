/** That a publication has every table of a schema, those to come among them. */
import { identifier } from '../../sql/quote.ts';
import { type PublicationSchemaId, keyOf } from '../model/id.ts';
import { draft, type Kind } from './kind.ts';

const change = (id: PublicationSchemaId, verb: 'ADD' | 'DROP') =>
  `ALTER PUBLICATION ${identifier(id.publication)} ${verb} TABLES IN SCHEMA ${identifier(id.schema)}`;

export const publicationSchema: Kind<PublicationSchemaId> = {
  name: 'publication-schema',
  rank: 82,
  references: ({ id }) => [
    { to: { kind: 'publication', name: id.publication }, type: 'auto' },
    { to: { kind: 'schema', name: id.schema }, type: 'auto' },
  ],
  create: ({ id }) => [draft(change(id, 'ADD'), { produces: [keyOf(id)] })],
  drop: ({ id }) => [draft(change(id, 'DROP'), { destroys: [keyOf(id)] })],
  alter: () => 'replace',
};
