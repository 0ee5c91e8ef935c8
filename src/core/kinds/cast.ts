/** Casts between two types. Nothing of one can be altered. */
import { type CastId, keyOf } from '../model/id.ts';
import { dropObject } from './in-schema.ts';
import { draft, type Kind } from './kind.ts';
import { objectClause } from './object.ts';

export type CastAttributes = {
  /** With its argument types, as SQL writes it; null where there is none. */
  readonly function: string | null;
  /** `inout`: by way of text; `binary`: the values are the same. */
  readonly method: 'function' | 'inout' | 'binary';
  readonly context: 'explicit' | 'assignment' | 'implicit';
};

export const cast: Kind<CastId, CastAttributes> = {
  name: 'cast',
  // What uses a cast without a function does not depend on it, as far as the server tells: as early as can be.
  rank: 27,
  // It lies in no schema: its types and its function tell where it stands.
  references: () => [],
  create({ id, attrs: { function: routine, method, context } }) {
    const how = { function: `WITH FUNCTION ${routine}`, inout: 'WITH INOUT', binary: 'WITHOUT FUNCTION' }[
      method
    ];
    const when = context === 'explicit' ? '' : ` AS ${context.toUpperCase()}`;
    return [draft(`CREATE ${objectClause(id)} ${how}${when}`, { produces: [keyOf(id)] })];
  },
  drop: dropObject,
  alter: () => 'replace',
};
