/** What the kinds of types share: a column holds a type fast, so what cannot be altered makes way under another name. */
import { identifier, qualified } from '../../sql/quote.ts';
import { type CollationId, type ShellTypeId, type TypeId, keyOf } from '../model/id.ts';
import type { Entry } from '../model/entry.ts';
import { draft, type Draft } from './kind.ts';
import { alterObject } from './in-schema.ts';
import { objectClause } from './object.ts';
import { publicPrivileges } from './privileges.ts';

export { dropObject as dropType, inItsSchema } from './in-schema.ts';

/** @returns what PUBLIC may do with a new type. */
export const publicUsage = ({ id }: { readonly id: TypeId | ShellTypeId }): readonly Entry[] =>
  publicPrivileges(id.kind).map((privilege) => ({
    id: { kind: 'grant', on: id, to: 'public', privilege },
    attrs: { grantable: false },
  }));

export const createType = (id: TypeId, rest: string): Draft =>
  draft(`CREATE TYPE ${qualified(id.schema, id.name)} AS ${rest}`, { produces: [keyOf(id)] });

export const alterType = (id: TypeId, action: string, hazards: Draft['hazards'] = []): Draft =>
  alterObject(id, action, { hazards });

/** The statements by which a type makes way for the one that takes its name. */
export const renameType = (
  { id }: { readonly id: TypeId | CollationId },
  name: string,
): readonly string[] => [`ALTER ${objectClause(id)} RENAME TO ${identifier(name)}`];
