/** Languages that are made by hand. Those of the server and of extensions are theirs, but not who may use them. */
import { identifier } from '../../sql/quote.ts';
import { type LanguageId, keyOf } from '../model/id.ts';
import { dropObject } from './in-schema.ts';
import { draft, type Draft, type Kind } from './kind.ts';
import { publicPrivileges } from './privileges.ts';

export type LanguageAttributes = {
  readonly trusted: boolean;
  /** Functions, as SQL writes their names. */
  readonly handler: string;
  readonly inline: string | null;
  readonly validator: string | null;
};

const make = (verb: string, id: LanguageId, attrs: LanguageAttributes): readonly Draft[] => {
  const parts = [
    `${verb} ${attrs.trusted ? 'TRUSTED ' : ''}LANGUAGE ${identifier(id.name)} HANDLER ${attrs.handler}`,
    ...(attrs.inline === null ? [] : [`INLINE ${attrs.inline}`]),
    ...(attrs.validator === null ? [] : [`VALIDATOR ${attrs.validator}`]),
  ];
  return [draft(parts.join(' '), { produces: [keyOf(id)] })];
};

export const language: Kind<LanguageId, LanguageAttributes> = {
  name: 'language',
  rank: 29,
  references: () => [],
  implies: ({ id }) =>
    publicPrivileges('language').map((privilege) => ({
      id: { kind: 'grant', on: id, to: 'public', privilege },
      attrs: { grantable: false },
    })),
  create: ({ id, attrs }) => make('CREATE', id, attrs),
  drop: dropObject,
  alter: (_changes, _before, { id, attrs }) => make('CREATE OR REPLACE', id, attrs),
};
