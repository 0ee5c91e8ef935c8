/** Access methods of tables and of indexes. */
import { type AccessMethodId, keyOf } from '../model/id.ts';
import { dropObject } from './in-schema.ts';
import { draft, type Kind } from './kind.ts';
import { objectClause } from './object.ts';

export type AccessMethodAttributes = {
  readonly type: 'table' | 'index';
  /** As SQL writes its name. */
  readonly handler: string;
};

export const accessMethod: Kind<AccessMethodId, AccessMethodAttributes> = {
  name: 'access-method',
  rank: 29,
  references: () => [],
  create: ({ id, attrs }) => [
    draft(`CREATE ${objectClause(id)} TYPE ${attrs.type.toUpperCase()} HANDLER ${attrs.handler}`, {
      produces: [keyOf(id)],
    }),
  ],
  drop: dropObject,
  alter: () => 'replace',
};
