/** Expressions over the columns of `table.ts`, and the functions of `function.ts`. */
import { nameIn, type World } from './family.ts';

interface Expression {
  readonly columns: readonly string[];
  readonly calls?: 'double' | 'tidy';
  readonly sql: (name: string) => string;
}

const scalars: readonly Expression[] = [
  { columns: ['n1'], sql: () => 'n1 + 1' },
  { columns: ['s1'], sql: () => 'lower(s1::text)' },
  { columns: ['n1'], calls: 'double', sql: (name) => `${name}(n1::integer)` },
  { columns: ['s1'], calls: 'tidy', sql: (name) => `${name}(s1::text)` },
  { columns: ['n1', 'n2'], sql: () => 'coalesce(n1, n2)' },
  { columns: ['id'], sql: () => 'id % 10' },
  { columns: ['Odd'], sql: () => '"Odd" * 2' },
];
const conditions: readonly Expression[] = [
  { columns: ['n1'], sql: () => 'n1 > 0' },
  { columns: ['s1'], sql: () => "s1::text <> ''" },
  { columns: ['n1'], calls: 'double', sql: (name) => `${name}(n1::integer) > 0` },
  { columns: ['n1', 'n2'], sql: () => 'n1 <= n2 or n2 is null' },
  { columns: ['s1'], calls: 'tidy', sql: (name) => `${name}(s1::text) is not null` },
  { columns: ['d1'], sql: () => 'd1 is not null' },
  { columns: ['e1'], sql: () => 'e1 is not null' },
  { columns: ['Odd'], sql: () => '"Odd" in (1, 2, 3)' },
  { columns: ['n2', 's2'], sql: () => 'n2 = 1 or s2 is null' },
];
/** Of an index, a generated column, a policy, a view: over what is there, beginning the search at `at`. */
function pick(
  pool: readonly Expression[],
  at: number,
  columns: { has(name: string): boolean },
  world: World,
): string | undefined {
  for (let step = 0; step < pool.length; step += 1) {
    const { columns: needed, calls, sql } = pool[(at + step) % pool.length]!;
    const name = calls === undefined ? '' : nameIn(world, 'function', calls);
    if (name !== undefined && needed.every((column) => columns.has(column))) return sql(name);
  }
  return undefined;
}

type Pick = (at: number, columns: { has(name: string): boolean }, world: World) => string | undefined;
export const scalar: Pick = (at, columns, world) => pick(scalars, at, columns, world);
export const condition: Pick = (at, columns, world) => pick(conditions, at, columns, world);
