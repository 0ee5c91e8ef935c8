/** Columns: each slot has a class of types among which values can be cast, so that every change of type has a way. */
import fc from 'fast-check';
import { identifier, literal, qualified } from '../../../src/sql/quote.ts';
import { comment, flag, oneOf, rarely, sometimes } from './common.ts';
import { nameIn, piece, valueOf, type Piece, type World } from './family.ts';
import { typeName } from './types.ts';

export interface Column {
  readonly type: number;
  readonly notNull: boolean;
  readonly default: number | null;
  readonly identity: number | null;
  readonly collation: string | null;
  readonly comment: string | null;
  readonly grant: string | null;
  /** Of its sequence, if it is an identity column. */
  readonly sequenceGrant: { readonly to: string; readonly all: boolean; readonly revoke: boolean } | null;
}

const classes = {
  key: ['bigint', 'integer', 'bigint', 'smallint'],
  number: ['integer', 'bigint', 'numeric(10,2)', 'double precision', 'domain:amount', 'smallint'],
  string: ['text', 'varchar(20)', 'char(8)', 'domain:label', 'varchar'],
  enum: ['enum:state', 'enum:Kind of', 'text', 'enum:state'],
  time: ['timestamptz', 'timestamp', 'date', 'timestamptz(3)'],
  json: ['jsonb', 'json', 'text'],
  range: ['range:span', 'text'],
  array: ['text[]', 'enum:state[]', 'varchar(9)[]', 'domain:label[]'],
  // An array of a composite type cannot be converted where the type changes: the plan says so, and is none.
  composite: ['composite:point', 'text'],
} as const;
type Class = keyof typeof classes;

export const columnClasses: { readonly [name: string]: Class } = {
  id: 'key',
  ref1: 'key',
  ref2: 'key',
  n1: 'number',
  n2: 'number',
  Odd: 'number',
  s1: 'string',
  s2: 'string',
  e1: 'enum',
  d1: 'time',
  j1: 'json',
  r1: 'range',
  a1: 'array',
  k1: 'composite',
};

export const column: fc.Arbitrary<Column> = fc.record({
  type: fc.nat(11),
  notNull: flag(3),
  default: sometimes(fc.nat(5), 4),
  identity: sometimes(fc.nat(3), 4),
  collation: rarely(oneOf('"C"', 'collation:sorting')),
  comment: rarely(comment),
  grant: rarely(oneOf('reader', '"Odd one"', 'public', 'owner_a', 'owner_b')),
  sequenceGrant: sometimes(
    fc.record({ to: oneOf('reader', 'owner_a', 'owner_b', 'public'), all: flag(3), revoke: flag(2) }),
    4,
  ),
});

/** @returns the type as SQL, or undefined where it is not there. */
export function columnType(name: string, { type }: Column, world: World): string | undefined {
  const types = classes[columnClasses[name]!];
  return typeName(types[type % types.length]!, world);
}

function defaultOf(name: string, { default: at, type }: Column, world: World): string | undefined {
  if (at === null) return undefined;
  const double = nameIn(world, 'function', 'double');
  const tidy = nameIn(world, 'function', 'tidy');
  const sequence = nameIn(world, 'sequence', 'numbers');
  const numbers = ['1', '42', ...(double === undefined ? [] : [`${double}(3)`])];
  const enums = classes.enum[type % classes.enum.length]!;
  const labels = (valueOf(world, 'enum', enums.slice('enum:'.length)) as { labels: string[] } | undefined)
    ?.labels ?? ['new'];
  const pools: { readonly [name in Class]: readonly string[] } = {
    key: sequence === undefined ? [] : [`nextval('${sequence.replaceAll("'", "''")}')`],
    number: numbers,
    string: ["'x'", "''", ...(tidy === undefined ? [] : [`${tidy}('y')`])],
    enum: [literal(labels[at % labels.length]!)],
    time: ['now()', "'2026-01-02'", 'current_date'],
    json: [`'{}'`, `'{"a": 1}'`],
    range: [],
    array: [`'{}'`],
    composite: [],
  };
  const pool = pools[columnClasses[name]!];
  return pool[at % Math.max(1, pool.length)];
}

/** @returns the type with its collation, or undefined where it is not there. */
export function typeClause(name: string, value: Column, world: World): string | undefined {
  const type = columnType(name, value, world);
  const collation = value.collation?.startsWith('collation:')
    ? nameIn(world, 'collation', 'sorting')
    : (value.collation ?? undefined);
  if (type === undefined || collation === undefined) return type;
  const isString = ['string', 'array'].includes(columnClasses[name]!) && !type.includes('state');
  return isString ? `${type} collate ${collation}` : type;
}

/** @returns `n1 integer NOT NULL DEFAULT 1`. */
export function columnClause(name: string, value: Column, world: World): string | undefined {
  const type = typeClause(name, value, world);
  if (type === undefined) return undefined;
  const given = isIdentity(name, value) ? undefined : defaultOf(name, value, world);
  const generated = ['always', 'by default', 'always', 'by default'][value.identity ?? 0]!;
  const start = (value.identity ?? 0) > 1 ? ' (start with 100 increment by 10)' : '';
  return [
    identifier(name),
    type,
    ...(given === undefined ? [] : [`default ${given}`]),
    ...(isIdentity(name, value) ? [`generated ${generated} as identity${start}`] : []),
    ...(value.notNull ? ['not null'] : []),
  ].join(' ');
}

const isIdentity = (name: string, { identity }: Column) => name === 'id' && identity !== null;

/** Privileges on the sequence of an identity column. @param table as its name is, in that schema. */
export function identityPieces(schema: string, table: string, name: string, value: Column): Piece[] {
  const { sequenceGrant } = value;
  if (sequenceGrant === null || !isIdentity(name, value)) return [];
  const { to, all, revoke } = sequenceGrant;
  const what = `${all ? 'all' : 'usage'} on sequence ${qualified(schema, `${table}_${name}_seq`)}`;
  return [piece('carried', revoke ? `revoke ${what} from ${to}` : `grant ${what} to ${to}`)];
}

/** Comments and privileges of a column. */
export function columnPieces(table: string, name: string, { comment, grant }: Column): Piece[] {
  return [
    ...(comment === null
      ? []
      : [piece('carried', `comment on column ${table}.${identifier(name)} is ${literal(comment)}`)]),
    ...(grant === null
      ? []
      : [
          piece(
            'carried',
            `grant select (${identifier(name)}), update (${identifier(name)}) on ${table} to ${grant}`,
          ),
        ]),
  ];
}
