/** Base types: made of functions, on the shell that these are made on. */
import { qualified } from '../../sql/quote.ts';
import { type Catalog, edgeIndex } from '../model/catalog.ts';
import { type BaseTypeId, isType, keyOf } from '../model/id.ts';
import { alterObject, dropObject, inItsSchema, optionList } from './in-schema.ts';
import { draft, type Kind } from './kind.ts';
import { shellOf } from './shell-type.ts';
import { publicUsage } from './type.ts';

export type BaseTypeAttributes = {
  /** What cannot be altered: `INPUT = shop.pair_in`, in the manual's order. */
  readonly parameters: readonly string[];
  readonly storage: 'plain' | 'external' | 'extended' | 'main';
  /** Functions, as SQL writes their names. */
  readonly receive: string | null;
  readonly send: string | null;
  readonly typmodIn: string | null;
  readonly typmodOut: string | null;
  readonly analyze: string | null;
  readonly subscript: string | null;
};

const parameterOf = {
  receive: 'RECEIVE',
  send: 'SEND',
  typmodIn: 'TYPMOD_IN',
  typmodOut: 'TYPMOD_OUT',
  analyze: 'ANALYZE',
  subscript: 'SUBSCRIPT',
} as const;
const functionsOf = Object.keys(parameterOf) as (keyof typeof parameterOf)[];

export const baseType: Kind<BaseTypeId, BaseTypeAttributes> = {
  name: 'base-type',
  rank: 33,
  references: ({ id }) => [...inItsSchema({ id }), { to: shellOf(id), type: 'auto' }],
  implies: publicUsage,
  replaces: ({ id }) => [shellOf(id)],
  create({ id, attrs }) {
    const options = [
      ...attrs.parameters,
      `STORAGE = ${attrs.storage}`,
      ...functionsOf.map((name) =>
        attrs[name] === null ? undefined : `${parameterOf[name]} = ${attrs[name]}`,
      ),
    ];
    const sql = `CREATE TYPE ${qualified(id.schema, id.name)} ${optionList(options)}`;
    return [draft(sql, { produces: [keyOf(id)] })];
  },
  drop: dropObject,
  alter(changes, _before, { id, attrs }, { from }) {
    const changed = new Set(changes.map(({ attr }) => attr as keyof BaseTypeAttributes));
    if (changed.has('parameters')) return 'replace';
    // Toasted values may lie in tables; and what is made of the type keeps the storage that it had.
    if (changed.has('storage') && (attrs.storage === 'plain' || isUsed(from, id))) return 'replace';
    const settings = [
      ...(changed.has('storage') ? [`STORAGE = ${attrs.storage}`] : []),
      ...functionsOf
        .filter((name) => changed.has(name))
        .map((name) => `${parameterOf[name]} = ${attrs[name] ?? 'NONE'}`),
    ];
    return [alterObject(id, `SET (${settings.join(', ')})`)];
  },
};

/** Whether a column or another type is made of it. */
const isUsed = (from: Catalog, id: BaseTypeId): boolean =>
  (edgeIndex(from).byReferenced.get(keyOf(id)) ?? []).some(({ dependent }) => {
    const user = from.entries.get(dependent)!.id;
    return user.kind === 'column' || isType(user);
  });
