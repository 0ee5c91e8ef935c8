/** Text search parsers: functions, by name. Nothing of one can be altered. */
import type { TextSearchParserId } from '../model/id.ts';
import { createObject, dropObject, inItsSchema, optionList } from './in-schema.ts';
import type { Kind } from './kind.ts';

/** Each as SQL writes its name. */
export interface TextSearchParserAttributes {
  readonly start: string;
  readonly getToken: string;
  readonly end: string;
  readonly headline: string | null;
  readonly lexTypes: string;
}

export const textSearchParser: Kind<TextSearchParserId, TextSearchParserAttributes> = {
  name: 'text-search-parser',
  rank: 47,
  references: inItsSchema,
  create: ({ id, attrs }) => [
    createObject(
      id,
      optionList([
        `START = ${attrs.start}`,
        `GETTOKEN = ${attrs.getToken}`,
        `END = ${attrs.end}`,
        attrs.headline === null ? undefined : `HEADLINE = ${attrs.headline}`,
        `LEXTYPES = ${attrs.lexTypes}`,
      ]),
    ),
  ],
  drop: dropObject,
  alter: () => 'replace',
};
