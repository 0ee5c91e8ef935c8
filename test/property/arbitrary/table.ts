import fc from 'fast-check';
import { identifier, qualified } from '../../../src/sql/quote.ts';
import { carried, flag, oneOf, rarely, schema, sometimes } from './common.ts';
import {
  type Column,
  column,
  columnClasses,
  columnClause,
  columnPieces,
  columnType,
  identityPieces,
} from './column.ts';
import { condition, scalar } from './expression.ts';
import {
  carriedPieces,
  piece,
  valueOf,
  type Carried,
  type Family,
  type Piece,
  type World,
} from './family.ts';
import { type Partitioned, partitionedSlots } from './partitioned.ts';

interface Unique {
  readonly columns: number;
  readonly deferrable: number;
  readonly nullsNotDistinct: boolean;
  readonly include: boolean;
}
interface Check {
  readonly condition: number;
  readonly notValid: boolean;
  readonly noInherit: boolean;
  readonly comment: boolean;
}
interface Generated {
  readonly expression: number;
  readonly stored: boolean;
  readonly type: string;
}
export interface Table {
  readonly schema: string;
  readonly carried: Carried;
  readonly columns: { readonly [name: string]: Column | null };
  readonly rotation: number;
  readonly generated: { readonly [name: string]: Generated | null };
  readonly primaryKey: { readonly columns: number; readonly name: string | null } | null;
  readonly uniques: { readonly [name: string]: Unique | null };
  readonly checks: { readonly [name: string]: Check | null };
  readonly exclusion: number | null;
  readonly options: string | null;
  readonly unlogged: boolean;
  readonly rowSecurity: { readonly enabled: boolean; readonly forced: boolean };
  readonly replicaIdentity: string | null;
  readonly rows: number;
}

const uniqueColumns = [['id'], ['ref1'], ['id', 'ref1'], ['s1'], ['n1', 'd1'], ['Odd']] as const;
const keyColumns = [['id'], ['id'], ['id'], ['id', 'ref1'], ['s1']] as const;
const deferring = ['', '', ' deferrable', ' deferrable initially deferred'];
export const tableSlots = ['users', 'orders', 'Order items', 'audit'] as const;

export const columns = (many: number): fc.Arbitrary<{ [name: string]: Column | null }> =>
  fc.record(
    Object.fromEntries(
      Object.keys(columnClasses).map((name) => [name, sometimes(column, name === 'id' ? 9 : many)]),
    ),
  );

export const table: Family<Table> = {
  name: 'table',
  slots: tableSlots,
  filled: 8,
  arbitrary: fc.record({
    schema,
    carried,
    columns: columns(5),
    rotation: fc.nat(12).map((at) => Math.max(0, at - 9)),
    generated: fc.record({
      g1: sometimes(fc.record({ expression: fc.nat(6), stored: flag(7), type: oneOf('text', 'varchar') }), 2),
    }),
    primaryKey: sometimes(fc.record({ columns: fc.nat(4), name: rarely(oneOf('the_key', 'The key')) }), 7),
    uniques: fc.record(
      Object.fromEntries(
        ['one_only', 'Only one'].map((name) => [
          name,
          sometimes(
            fc.record({
              columns: fc.nat(5),
              deferrable: fc.nat(3),
              nullsNotDistinct: flag(1),
              include: flag(1),
            }),
            3,
          ),
        ]),
      ),
    ),
    checks: fc.record(
      Object.fromEntries(
        ['fine', 'Also fine'].map((name) => [
          name,
          sometimes(
            fc.record({ condition: fc.nat(8), notValid: flag(2), noInherit: flag(1), comment: flag(2) }),
            3,
          ),
        ]),
      ),
    ),
    exclusion: rarely(fc.nat(1)),
    options: rarely(oneOf('fillfactor=70', 'fillfactor=80', 'autovacuum_enabled=off')),
    unlogged: flag(1),
    rowSecurity: fc.record({ enabled: flag(3), forced: flag(1) }),
    replicaIdentity: rarely(oneOf('full', 'nothing')),
    rows: fc.nat(3),
  }),
  pieces(slot, value, world) {
    const name = qualified(value.schema, slot);
    const present = columnsOf(slot, world);
    const head = `create ${value.unlogged ? 'unlogged ' : ''}table ${name}`;
    const tail = value.options === null ? '' : ` with (${value.options})`;
    return [
      piece('table', head, [...columnClauses(value, world), ...constraintClauses(value, present)], tail),
      ...tablePieces(value, name, present, world),
      ...Object.entries(value.columns).flatMap(([column, each]) =>
        each === null || !present.has(column) ? [] : identityPieces(value.schema, slot, column, each),
      ),
      ...rowPieces(value, name, present, world),
    ];
  },
};

function columnClauses({ columns: values, rotation, generated }: Table, world: World): string[] {
  const clauses = Object.entries(values).flatMap(([name, value]) => {
    const clause = value === null ? undefined : columnClause(name, value, world);
    return clause === undefined ? [] : [clause];
  });
  const present = presentColumns(values, world);
  for (const [name, value] of Object.entries(generated)) {
    const expression = value === null ? undefined : scalar(value.expression, present, world);
    if (value === null || expression === undefined) continue;
    // A virtual column knows neither functions nor types that somebody made.
    const stored = value.stored || world.major < 18 || expression.includes('.') || usesMadeType(present);
    clauses.push(
      `${name} ${value.type} generated always as ((${expression})::text) ${stored ? 'stored' : 'virtual'}`,
    );
  }
  return [...clauses.slice(rotation), ...clauses.slice(0, rotation)];
}
const usesMadeType = (present: ReadonlyMap<string, string>) =>
  [...present.values()].some((type) => type.includes('.'));

function constraintClauses({ primaryKey, uniques, exclusion }: Table, present: Present): string[] {
  const list = (names: readonly string[]) => names.map(identifier).join(', ');
  const has = (names: readonly string[]) => names.every((name) => present.has(name));
  const key = primaryKey === null ? undefined : keyColumns[primaryKey.columns]!;
  const keyName = primaryKey?.name ?? null;
  return [
    ...(key !== undefined && has(key)
      ? [`${keyName === null ? '' : `constraint ${identifier(keyName)} `}primary key (${list(key)})`]
      : []),
    ...Object.entries(uniques).flatMap(([name, value]) => {
      const names = value === null ? undefined : uniqueColumns[value.columns]!;
      if (value === null || names === undefined || !has(names)) return [];
      const nulls = value.nullsNotDistinct ? ' nulls not distinct' : '';
      const include = value.include && has(['n2']) ? ' include (n2)' : '';
      return [
        `constraint ${identifier(name)} unique${nulls} (${list(names)})${include}${deferring[value.deferrable]!}`,
      ];
    }),
    ...(exclusion !== null && has(['n1'])
      ? [`constraint apart exclude using btree (n1 with =)${exclusion === 1 ? ' where (n1 > 5)' : ''}`]
      : []),
  ];
}

function tablePieces(value: Table, name: string, present: Present, world: World): Piece[] {
  const { checks, rowSecurity, replicaIdentity } = value;
  return [
    ...Object.entries(checks).flatMap(([check, at]) => {
      const expression = at === null ? undefined : condition(at.condition, present, world);
      if (at === null || expression === undefined) return [];
      const rest = `${at.noInherit ? ' no inherit' : ''}${at.notValid ? ' not valid' : ''}`;
      const on = `constraint ${identifier(check)} on ${name}`;
      return [
        piece(
          'table part',
          `alter table ${name} add constraint ${identifier(check)} check (${expression})${rest}`,
        ),
        ...(at.comment ? [piece('carried', `comment on ${on} is 'so it is'`)] : []),
      ];
    }),
    ...(rowSecurity.enabled ? [piece('table part', `alter table ${name} enable row level security`)] : []),
    ...(rowSecurity.forced ? [piece('table part', `alter table ${name} force row level security`)] : []),
    ...(replicaIdentity === null
      ? []
      : [piece('table part', `alter table ${name} replica identity ${replicaIdentity}`)]),
    ...carriedPieces(value.carried, 'table', name, 'select, insert'),
    ...Object.entries(value.columns).flatMap(([column, each]) =>
      each === null || !present.has(column) ? [] : columnPieces(name, column, each),
    ),
  ];
}

/** Rows that break nothing that a neighbour may ask for, mostly. */
function rowPieces({ rows }: Table, name: string, present: Present, world: World): Piece[] {
  const label = (valueOf(world, 'enum', 'state') as { labels: string[] } | undefined)?.labels[0] ?? 'new';
  const values = (at: number): { [name: string]: string } => ({
    id: `${at}`,
    ref1: '1',
    ref2: '1',
    n1: `${at}`,
    n2: `${at + 1}`,
    Odd: `${at}`,
    s1: `'s${at}'`,
    s2: "'s'",
    e1: `'${label.replaceAll("'", "''")}'`,
    d1: `'2026-01-0${at}'`,
    j1: "'{}'",
    a1: "'{}'",
  });
  return Array.from({ length: rows }, (_, at) => {
    const known = Object.entries(values(at + 1)).filter(([column]) => present.has(column));
    const names = known.map(([column]) => identifier(column)).join(', ');
    const what =
      known.length === 0
        ? 'default values'
        : `(${names}) overriding system value values (${known.map(([, each]) => each).join(', ')})`;
    return piece('row', `insert into ${name} ${what}`);
  });
}

type Present = ReadonlyMap<string, string>;
function presentColumns(values: { readonly [name: string]: Column | null }, world: World): Present {
  const present = new Map<string, string>();
  for (const [name, value] of Object.entries(values)) {
    const type = value === null ? undefined : columnType(name, value, world);
    if (type !== undefined) present.set(name, type);
  }
  return present;
}

/** Plain and partitioned tables. */
const isPartitioned = (slot: string) => (partitionedSlots as readonly string[]).includes(slot);
const anyTable = (slot: string, world: World) =>
  valueOf(world, isPartitioned(slot) ? 'partitioned' : 'table', slot) as Table | Partitioned | undefined;

/** @returns the columns that are there, with their types; generated ones aside. */
export function columnsOf(slot: string, world: World): Present {
  const value = anyTable(slot, world);
  return value === undefined ? new Map() : presentColumns(value.columns, world);
}
export function tableName(slot: string, world: World): string | undefined {
  const value = anyTable(slot, world);
  return value === undefined ? undefined : qualified(value.schema, slot);
}
/** @returns the column lists that a foreign key may reference. */
export function keysOf(slot: string, world: World): (readonly string[])[] {
  const value = isPartitioned(slot) ? undefined : (valueOf(world, 'table', slot) as Table | undefined);
  if (value === undefined) return [];
  const present = presentColumns(value.columns, world);
  const keys = [
    ...(value.primaryKey === null ? [] : [keyColumns[value.primaryKey.columns]!]),
    ...Object.values(value.uniques).flatMap((each) =>
      each === null || each.deferrable > 1 ? [] : [uniqueColumns[each.columns]!],
    ),
  ];
  return keys.filter((names) => names.every((name) => ['id', 'ref1'].includes(name) && present.has(name)));
}
