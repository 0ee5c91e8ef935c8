/** Text search templates: functions, by name. Nothing of one can be altered. */
import type { TextSearchTemplateId } from '../model/id.ts';
import { createObject, dropObject, inItsSchema, optionList } from './in-schema.ts';
import type { Kind } from './kind.ts';

/** Each as SQL writes its name. */
export interface TextSearchTemplateAttributes {
  readonly init: string | null;
  readonly lexize: string;
}

export const textSearchTemplate: Kind<TextSearchTemplateId, TextSearchTemplateAttributes> = {
  name: 'text-search-template',
  rank: 47,
  references: inItsSchema,
  create: ({ id, attrs }) => [
    createObject(
      id,
      optionList([attrs.init === null ? undefined : `INIT = ${attrs.init}`, `LEXIZE = ${attrs.lexize}`]),
    ),
  ],
  drop: dropObject,
  alter: () => 'replace',
};
