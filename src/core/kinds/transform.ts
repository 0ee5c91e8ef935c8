/** Transforms: how a language sees the values of a type. */
import { type TransformId, keyOf } from '../model/id.ts';
import { dropObject, optionList } from './in-schema.ts';
import { draft, type Draft, type Kind } from './kind.ts';
import { objectClause } from './object.ts';

/** Functions with their argument types, as SQL writes them. */
export type TransformAttributes = {
  readonly fromSql: string | null;
  readonly toSql: string | null;
};

const make = (verb: string, id: TransformId, { fromSql, toSql }: TransformAttributes): readonly Draft[] => {
  const list = [
    fromSql === null ? undefined : `FROM SQL WITH FUNCTION ${fromSql}`,
    toSql === null ? undefined : `TO SQL WITH FUNCTION ${toSql}`,
  ];
  return [draft(`${verb} ${objectClause(id)} ${optionList(list)}`, { produces: [keyOf(id)] })];
};

export const transform: Kind<TransformId, TransformAttributes> = {
  name: 'transform',
  rank: 44,
  references: ({ id }) => [{ to: { kind: 'language', name: id.language }, type: 'normal' }],
  create: ({ id, attrs }) => make('CREATE', id, attrs),
  drop: dropObject,
  alter: (_changes, _before, { id, attrs }) => make('CREATE OR REPLACE', id, attrs),
};
