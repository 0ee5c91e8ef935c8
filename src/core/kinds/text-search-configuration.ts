/** Text search configurations: a parser, and which dictionaries each of its token types is looked up in. */
import { identifier } from '../../sql/quote.ts';
import { type Key, type TextSearchConfigurationId, keyOf } from '../model/id.ts';
import { alterObject, createObject, dropObject, inItsSchema, optionList } from './in-schema.ts';
import type { Draft, Kind } from './kind.ts';

export type TextSearchConfigurationAttributes = {
  /** As SQL writes its name. */
  readonly parser: string;
  /** By token type, the dictionaries in the order in which they are asked, as SQL writes their names. */
  readonly mappings: { readonly [token: string]: readonly string[] };
};
type Mappings = TextSearchConfigurationAttributes['mappings'];

/** Token types of the same dictionaries share a statement, as people write it. */
function setMappings(id: TextSearchConfigurationId, verb: 'ADD' | 'ALTER', mappings: Mappings): Draft[] {
  const byDictionaries = new Map<string, string[]>();
  for (const [token, dictionaries] of Object.entries(mappings)) {
    const list = dictionaries.join(', ');
    byDictionaries.set(list, [...(byDictionaries.get(list) ?? []), identifier(token)]);
  }
  return [...byDictionaries].map(([dictionaries, tokens]) =>
    alterObject(id, `${verb} MAPPING FOR ${tokens.join(', ')} WITH ${dictionaries}`),
  );
}

const only = (mappings: Mappings, which: (token: string) => boolean): Mappings =>
  Object.fromEntries(Object.entries(mappings).filter(([token]) => which(token)));

export const textSearchConfiguration: Kind<TextSearchConfigurationId, TextSearchConfigurationAttributes> = {
  name: 'text-search-configuration',
  rank: 49,
  references: inItsSchema,
  create({ id, attrs }) {
    const bare = `turn of making ${keyOf(id)}` as Key;
    return [
      {
        ...createObject(id, optionList([`PARSER = ${attrs.parser}`])),
        produces: [keyOf(id), bare],
      },
      // Who uses it, a stored column say, must find it whole.
      ...setMappings(id, 'ADD', attrs.mappings).map((made) => ({ ...made, requires: [bare] })),
    ];
  },
  drop: dropObject,
  alter(changes, { attrs: { mappings: old } }, { id, attrs: { mappings: now } }) {
    if (changes.some(({ attr }) => attr === 'parser')) return 'replace';
    const gone = Object.keys(old).filter((token) => !(token in now));
    const changed = only(now, (token) => token in old && old[token]!.join() !== now[token]!.join());
    const added = only(now, (token) => !(token in old));
    return [
      ...(gone.length === 0 ? [] : [alterObject(id, `DROP MAPPING FOR ${gone.map(identifier).join(', ')}`)]),
      ...setMappings(id, 'ALTER', changed),
      ...setMappings(id, 'ADD', added),
    ];
  },
};
