/** Partitioned tables with their partitions. */
import fc from 'fast-check';
import { qualified } from '../../../src/sql/quote.ts';
import { carried, flag, oneOf, rarely, schemas, sometimes } from './common.ts';
import { type Column, column, columnClause, columnPieces, columnType } from './column.ts';
import { carriedPieces, piece, type Carried, type Family, type Piece, type World } from './family.ts';

export const partitionedSlots = ['events', 'Metric s', 'hashed'] as const;
type Strategy = 'range' | 'list' | 'hash';
const strategies = { events: 'range', 'Metric s': 'list', hashed: 'hash' } as const;
interface Part {
  readonly schema: string;
  readonly bound: number;
  /** Otherwise a table by itself, as it would be if it were detached. */
  readonly attached: boolean;
  readonly sub: boolean;
  readonly ownIndex: boolean;
  readonly ownCheck: boolean;
  readonly comment: string | null;
  readonly grant: boolean;
  readonly rows: number;
}
export interface Partitioned {
  readonly schema: string;
  readonly carried: Carried;
  readonly columns: { readonly [name: string]: Column | null };
  readonly primaryKey: boolean;
  readonly unique: boolean;
  readonly check: boolean;
  readonly parts: { readonly [name: string]: Part | null };
}

const keys = { range: 'd1', list: 's1', hash: 'id' } as const;
const bounds: { readonly [strategy in Strategy]: (slot: number, at: number) => string } = {
  range: (slot, at) => `for values from ('20${10 + slot}-01-01') to ('20${10 + slot}-0${at + 6}-01')`,
  list: (slot, at) => `for values in ('v${slot}'${at > 0 ? `, 'w${slot}'` : ''})`,
  hash: (slot) => `for values with (modulus 3, remainder ${slot})`,
};

// What stays as it is, whatever is edited: a parent that moves to another schema, or gets another key, while its
// partitions stay or move too, does not converge yet (names of NOT NULL, bounds that overlap for a moment).
const part = (at: number) =>
  fc.record({
    schema: fc.constant(schemas[at]!),
    bound: fc.nat(2),
    attached: flag(8),
    sub: flag(1),
    ownIndex: flag(1),
    ownCheck: flag(1),
    comment: rarely(oneOf('a part')),
    grant: flag(1),
    rows: fc.nat(1),
  });
const fixed = (type: number): fc.Arbitrary<Column> =>
  column.map((each) => ({ ...each, type, identity: null, notNull: true, collation: null }));

export const partitioned: Family<Partitioned> = {
  name: 'partitioned',
  slots: partitionedSlots,
  filled: 6,
  arbitrary: fc.record({
    schema: fc.constant('app'),
    carried,
    columns: fc.record({
      id: fixed(0),
      d1: fixed(0),
      s1: fixed(0),
      n1: sometimes(column, 7),
      n2: sometimes(column, 5),
      e1: sometimes(column, 3),
      j1: sometimes(column, 3),
      ref1: sometimes(column, 4),
    }),
    primaryKey: flag(6),
    unique: flag(2),
    check: flag(2),
    parts: fc.record({
      first: sometimes(part(0), 7),
      second: sometimes(part(0), 6),
      'The rest': sometimes(part(1), 4),
    }),
  }),
  pieces(slot, value, world) {
    const { schema, primaryKey, unique, check, parts } = value;
    const strategy = strategies[slot as (typeof partitionedSlots)[number]];
    const name = qualified(schema, slot);
    const key = keys[strategy];
    const own = Object.entries(value.columns).flatMap(([column, each]) => {
      const clause = each === null ? undefined : columnClause(column, each, world);
      return clause === undefined ? [] : [clause];
    });
    const clauses = [
      ...own,
      ...(primaryKey ? [`primary key (${key === 'id' ? 'id' : `id, ${key}`})`] : []),
      ...(unique ? ['constraint once unique (id, d1, s1)'] : []),
      ...(check && value.columns['n1'] !== null && columnType('n1', value.columns['n1']!, world) !== undefined
        ? ['constraint positive check (n1 > 0)']
        : []),
    ];
    return [
      piece('table', `create table ${name}`, clauses, ` partition by ${strategy} (${key})`),
      ...carriedPieces(value.carried, 'table', name, 'select, insert'),
      ...Object.entries(value.columns).flatMap(([column, each]) =>
        each === null || columnType(column, each, world) === undefined
          ? []
          : columnPieces(name, column, each),
      ),
      ...Object.entries(parts).flatMap(([part, each], at) =>
        each === null ? [] : partPieces({ slot, part, at, each, name, clauses }, world),
      ),
    ];
  },
};

interface PartContext {
  readonly slot: string;
  readonly part: string;
  readonly at: number;
  readonly each: Part;
  readonly name: string;
  /** What a table has that is like the parent. */
  readonly clauses: readonly string[];
}
function partPieces({ slot, part, at, each, name, clauses }: PartContext, world: World): Piece[] {
  const strategy = strategies[slot as (typeof partitionedSlots)[number]];
  if (each.schema !== 'public' && (world.model['schema']?.[each.schema] ?? null) === null) return [];
  const partName = qualified(each.schema, `${slot}_${part}`);
  const bound = part === 'The rest' && strategy !== 'hash' ? 'default' : bounds[strategy](at, each.bound);
  const sub = each.sub ? ' partition by hash (id)' : '';
  const rest = [
    ...(each.ownIndex ? [piece('table part', `create index on ${partName} (id, d1)`)] : []),
    ...(each.ownCheck
      ? [piece('table part', `alter table ${partName} add constraint own check (id > 0)`)]
      : []),
    ...carriedPieces(
      {
        comment: each.comment,
        owner: null,
        grants: each.grant ? [{ to: 'reader', all: false, revoke: false, option: false }] : [],
      },
      'table',
      partName,
      'select',
    ),
  ];
  const date = `20${10 + at}-02-01`;
  const row = `insert into ${each.attached ? name : partName} (id, d1, s1) values (${at}, '${date}', 'v${at}')`;
  return [
    each.attached
      ? piece('partition', `create table ${partName} partition of ${name} ${bound}${sub}`)
      : piece('partition', `create table ${partName}`, clauses, sub),
    ...(sub === ''
      ? []
      : [
          piece(
            'table part',
            `create table ${qualified(each.schema, `${slot}_${part}_0`)} partition of ${partName} for values with (modulus 1, remainder 0)`,
          ),
        ]),
    ...rest,
    // Which partition of a hash a row is for, only the server knows.
    ...(each.rows === 0 || (strategy === 'hash' && !each.attached) ? [] : [piece('row', row)]),
  ];
}
