/** What a CREATE TABLE says, by PostgreSQL's own grammar: columns, keys, and how it is partitioned. */
import { hasSqlDetails, loadModule, parseSync } from 'libpg-query';

export interface TableDefinition {
  /** How many columns and table constraints stand between the brackets. */
  readonly elements: number;
  readonly columns: readonly ColumnDefinition[];
  /** Columns of each key, in its order. */
  readonly keys: readonly { readonly primary: boolean; readonly columns: readonly string[] }[];
  /** The table's own columns that foreign keys use. */
  readonly foreignKeys: readonly (readonly string[])[];
  readonly partition?: {
    readonly strategy: 'range' | 'list' | 'hash';
    /** null: an expression. */
    readonly key: readonly (string | null)[];
  };
}
export interface ColumnDefinition {
  readonly name: string;
  /** As the catalog names it: `timestamptz`, `int4`, `public.citext`. */
  readonly type: string;
}

/** @returns what one CREATE TABLE says, or the parser's message: also where there is more or other than one CREATE TABLE. */
export async function tableDefinition(
  sql: string,
): Promise<{ definition: TableDefinition } | { error: string }> {
  const parsed = await parseOne(sql);
  if ('error' in parsed) return parsed;
  const create = parsed.statement.CreateStmt;
  return create === undefined ? { error: moreThanOne } : { definition: definitionOf(create) };
}

/** @returns the parser's message if this is not one CREATE INDEX. */
export async function indexError(sql: string): Promise<string | undefined> {
  const parsed = await parseOne(sql);
  if ('error' in parsed) return parsed.error;
  return parsed.statement.IndexStmt === undefined ? moreThanOne : undefined;
}

const moreThanOne = 'this is more than one definition';

async function parseOne(sql: string): Promise<{ statement: Statement } | { error: string }> {
  await loadModule();
  try {
    const { stmts = [] } = parseSync(sql) as { stmts?: { stmt: Statement }[] };
    return stmts.length === 1 ? { statement: stmts[0]!.stmt } : { error: moreThanOne };
  } catch (error) {
    if (!hasSqlDetails(error)) throw error;
    return { error: error.message };
  }
}

/** The few nodes of the parse tree that are looked at. */
interface Statement {
  readonly CreateStmt?: CreateTable;
  readonly IndexStmt?: unknown;
}
interface CreateTable {
  readonly tableElts?: readonly {
    readonly ColumnDef?: {
      readonly colname: string;
      readonly typeName: { readonly names: readonly Text[]; readonly arrayBounds?: readonly unknown[] };
      readonly constraints?: readonly { readonly Constraint: Constraint }[];
    };
    readonly Constraint?: Constraint;
  }[];
  readonly partspec?: {
    readonly strategy: string;
    readonly partParams: readonly { readonly PartitionElem: { readonly name?: string } }[];
  };
}
interface Constraint {
  readonly contype: string;
  readonly keys?: readonly Text[];
  readonly fk_attrs?: readonly Text[];
}
interface Text {
  readonly String: { readonly sval: string };
}

const textOf = ({ String: { sval } }: Text) => sval;
const strategies: Readonly<Record<string, 'range' | 'list' | 'hash'>> = {
  PARTITION_STRATEGY_RANGE: 'range',
  PARTITION_STRATEGY_LIST: 'list',
  PARTITION_STRATEGY_HASH: 'hash',
};

function definitionOf({ tableElts = [], partspec }: CreateTable): TableDefinition {
  const elements = tableElts.length;
  const columns: ColumnDefinition[] = [];
  const keys: { primary: boolean; columns: string[] }[] = [];
  const foreignKeys: string[][] = [];
  const add = ({ contype, keys: named, fk_attrs: referencing }: Constraint, column?: string) => {
    const own = column === undefined ? [] : [column];
    if (contype === 'CONSTR_PRIMARY' || contype === 'CONSTR_UNIQUE')
      keys.push({ primary: contype === 'CONSTR_PRIMARY', columns: named?.map(textOf) ?? own });
    else if (contype === 'CONSTR_FOREIGN') foreignKeys.push(referencing?.map(textOf) ?? own);
  };
  for (const { ColumnDef: column, Constraint: constraint } of tableElts) {
    if (column !== undefined) {
      const { names, arrayBounds } = column.typeName;
      const parts = names.map(textOf).filter((part, at) => at > 0 || part !== 'pg_catalog');
      columns.push({
        name: column.colname,
        type: `${parts.join('.')}${arrayBounds === undefined ? '' : '[]'}`,
      });
      for (const { Constraint: own } of column.constraints ?? []) add(own, column.colname);
    }
    if (constraint !== undefined) add(constraint);
  }
  const strategy = strategies[partspec?.strategy ?? ''];
  if (partspec === undefined || strategy === undefined) return { elements, columns, keys, foreignKeys };
  const key = partspec.partParams.map(({ PartitionElem: { name } }) => name ?? null);
  return { elements, columns, keys, foreignKeys, partition: { strategy, key } };
}
