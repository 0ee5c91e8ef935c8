/** Text search dictionaries: a template with options. */
import type { TextSearchDictionaryId } from '../model/id.ts';
import { alterObject, createObject, dropObject, inItsSchema, optionList } from './in-schema.ts';
import type { Kind } from './kind.ts';

export interface TextSearchDictionaryAttributes {
  /** As SQL writes its name. */
  readonly template: string;
  /** As pg_ts_dict keeps them: `language = 'english', stopwords = 'english'`. */
  readonly options: string | null;
}

/** @returns the options by name, both as SQL writes them. */
function parsed(options: string | null): Map<string, string> {
  const each = /("(?:[^"]|"")+"|[^\s=,"]+)\s*=\s*(E?'(?:[^']|'')*'|[^\s,]+)/g;
  return new Map(Array.from((options ?? '').matchAll(each), ([, name, value]) => [name!, value!]));
}

export const textSearchDictionary: Kind<TextSearchDictionaryId, TextSearchDictionaryAttributes> = {
  name: 'text-search-dictionary',
  rank: 48,
  references: inItsSchema,
  create: ({ id, attrs }) => [
    createObject(id, optionList([`TEMPLATE = ${attrs.template}`, attrs.options ?? undefined])),
  ],
  drop: dropObject,
  alter(changes, before, { id, attrs }) {
    if (changes.some(({ attr }) => attr === 'template')) return 'replace';
    const [old, now] = [parsed(before.attrs.options), parsed(attrs.options)];
    const gone = [...old.keys()].filter((name) => !now.has(name));
    const set = [...now].filter(([name, value]) => old.get(name) !== value);
    return [alterObject(id, optionList([...gone, ...set.map(([name, value]) => `${name} = ${value}`)]))];
  },
};
