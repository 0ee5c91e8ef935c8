/** Enums, domains, composite and range types, collations. */
import fc from 'fast-check';
import { literal, qualified } from '../../../src/sql/quote.ts';
import { carried, flag, oneOf, rarely, schema, someOf, sometimes } from './common.ts';
import { carriedPieces, nameIn, piece, type Carried, type Family, type World } from './family.ts';

interface Made {
  readonly schema: string;
  readonly carried: Carried;
}

export const enumType: Family<Made & { labels: string[] }> = {
  name: 'enum',
  slots: ['state', 'Kind of'],
  filled: 8,
  arbitrary: fc.record({
    schema,
    carried,
    labels: fc.oneof(
      fc.subarray(['new', 'open', "won't", 'Closed', 'gone'], { minLength: 1 }),
      someOf('new', 'open', "won't", 'Closed'),
    ),
  }),
  pieces: (slot, { schema, carried, labels }) => [
    piece('type', `create type ${qualified(schema, slot)} as enum`, labels.map(literal)),
    ...carriedPieces(carried, 'type', qualified(schema, slot), 'usage'),
  ],
};

export const collation: Family<Made & { provider: string; comment: string | null }> = {
  name: 'collation',
  slots: ['sorting'],
  filled: 5,
  arbitrary: fc.record({
    schema,
    carried: carried.map((each) => ({ ...each, grants: [] })),
    provider: oneOf(
      "provider = icu, locale = 'de'",
      "provider = icu, locale = 'und-u-kn-true'",
      "provider = libc, locale = 'C'",
      "provider = icu, locale = 'und-u-ks-level2', deterministic = false",
    ),
    comment: fc.constant(null),
  }),
  pieces: (slot, { schema, carried, provider }) => [
    piece('type', `create collation ${qualified(schema, slot)} (${provider})`),
    ...carriedPieces(carried, 'collation', qualified(schema, slot)),
  ],
};

const domainChecks = {
  num: ['value > 0', 'value <> 13', 'value < 1000000'],
  str: ["value <> ''", 'length(value) < 50', "value !~ '^ '"],
} as const;

/** `amount` is of numbers and `label` of strings: columns change among types that can be cast. */
export const domainType: Family<
  Made & { type: number; default: boolean; notNull: boolean; checks: { [name: string]: number | null } }
> = {
  name: 'domain',
  slots: ['amount', 'label'],
  filled: 7,
  arbitrary: fc.record({
    schema,
    carried,
    type: fc.nat(2),
    default: flag(3),
    notNull: flag(1),
    checks: fc.record({ first: sometimes(fc.nat(2)), "o'ther": sometimes(fc.nat(2)) }),
  }),
  pieces(slot, { schema, carried, type, default: hasDefault, notNull, checks }) {
    const family = slot === 'amount' ? 'num' : 'str';
    const types = { num: ['integer', 'numeric(12,2)', 'bigint'], str: ['text', 'varchar(60)', 'text'] };
    const name = qualified(schema, slot);
    return [
      piece(
        'type',
        [
          `create domain ${name} as ${types[family][type]!}`,
          ...(family === 'str' && type === 2 ? ['collate "C"'] : []),
          ...(hasDefault ? [`default ${family === 'num' ? '7' : "'seven'"}`] : []),
          ...(notNull ? ['not null'] : []),
          ...Object.entries(checks)
            .filter(([, at]) => at !== null)
            .map(([check, at]) => `constraint ${qualified(check)} check (${domainChecks[family][at!]!})`),
        ].join(' '),
      ),
      ...carriedPieces(carried, 'domain', name, 'usage'),
    ];
  },
};

export const compositeType: Family<Made & { attributes: { [name: string]: string | null } }> = {
  name: 'composite',
  slots: ['point'],
  filled: 6,
  arbitrary: fc.record({
    schema,
    carried,
    attributes: fc.record({
      x: oneOf('integer', 'bigint', 'numeric(8,2)'),
      'Y y': sometimes(oneOf('integer', 'text'), 8),
      state: sometimes(oneOf('enum:state', 'domain:label', 'text'), 4),
      tags: sometimes(oneOf('text[]', 'text'), 4),
    }),
  }),
  pieces: (slot, { schema, carried, attributes }, world) => [
    piece(
      'type',
      `create type ${qualified(schema, slot)} as`,
      Object.entries(attributes).flatMap(([name, type]) => {
        const known = type === null ? undefined : typeName(type, world);
        return known === undefined ? [] : [`${qualified(name)} ${known}`];
      }),
    ),
    ...carriedPieces(carried, 'type', qualified(schema, slot), 'usage'),
  ],
};

export const rangeType: Family<Made & { subtype: string; multirange: string | null }> = {
  name: 'range',
  slots: ['span'],
  filled: 5,
  arbitrary: fc.record({
    schema,
    carried,
    subtype: oneOf('integer', 'numeric', 'date', 'text'),
    multirange: rarely(oneOf('spans', 'many_spans')),
  }),
  pieces: (slot, { schema, carried, subtype, multirange }) => [
    piece('type', `create type ${qualified(schema, slot)} as range`, [
      `subtype = ${subtype}`,
      ...(multirange === null ? [] : [`multirange_type_name = ${qualified(schema, multirange)}`]),
    ]),
    ...carriedPieces(carried, 'type', qualified(schema, slot), 'usage'),
  ],
};

/** `enum:state` → `app.state`; a type of the server's own as it is; undefined if it is not there. */
export function typeName(type: string, world: World): string | undefined {
  const [, family, slot, array = ''] = /^(\w+):(.*?)(\[\])?$/.exec(type) ?? [];
  if (family === undefined) return type;
  const name = nameIn(world, family, slot!);
  return name === undefined ? undefined : `${name}${array}`;
}
