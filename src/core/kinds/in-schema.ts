/** What kinds share whose objects lie in a schema and are made, altered and dropped by their name alone. */
import { type ObjectId, keyOf } from '../model/id.ts';
import { draft, type Draft } from './kind.ts';
import { objectClause } from './object.ts';

export const inItsSchema = ({ id }: { readonly id: { readonly schema: string } }) => [
  { to: { kind: 'schema' as const, name: id.schema }, type: 'normal' as const },
];

type Rest = Partial<Pick<Draft, 'locks' | 'hazards'>>;

/** @param definition what follows the name. */
export const createObject = (id: ObjectId, definition: string, rest: Rest = {}): Draft =>
  draft(`CREATE ${objectClause(id)} ${definition}`, { produces: [keyOf(id)], ...rest });

/** @param action what follows the name. */
export const alterObject = (id: ObjectId, action: string, rest: Rest = {}): Draft =>
  draft(`ALTER ${objectClause(id)} ${action}`, { produces: [keyOf(id)], ...rest });

export const dropObject = ({ id }: { readonly id: ObjectId }): readonly Draft[] => [
  draft(`DROP ${objectClause(id)}`, { destroys: [keyOf(id)] }),
];

/** @returns a list of options as most CREATE statements take it, without those that are undefined. */
export const optionList = (options: readonly (string | undefined)[]): string =>
  `(\n  ${options.filter((option) => option !== undefined).join(',\n  ')}\n)`;
