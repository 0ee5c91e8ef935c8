/** Whether two servers printed one query: PostgreSQL 16 leaves out the table's name before a column where 15 wrote it. */
import { hasSqlDetails, loadModule, parseSync } from 'libpg-query';

/** @returns whether the two differ in nothing but the name of an only table before its columns; false for what cannot be read. */
export async function isSameQuery(one: string, other: string): Promise<boolean> {
  await loadModule();
  try {
    return JSON.stringify(normal(parseSync(one))) === JSON.stringify(normal(parseSync(other)));
  } catch (error) {
    if (!hasSqlDetails(error)) throw error;
    return false;
  }
}

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

function normal(parsed: unknown): unknown {
  const { stmts = [] } = parsed as { stmts?: readonly { readonly stmt: Tree }[] };
  return stmts.map(({ stmt }) => stripped(stmt, onlyRange(stmt)));
}

/** @returns by what name the columns of a query's only FROM item go, or undefined where it has several: those are named in every version. */
function onlyRange(statement: Tree): string | undefined {
  const { fromClause = [] } = (statement['SelectStmt'] ?? {}) as { fromClause?: readonly Tree[] };
  if (fromClause.length !== 1) return undefined;
  const [range] = Object.values(fromClause[0]!) as [
    { alias?: { aliasname: string }; relname?: string } | undefined,
  ];
  return range?.alias?.aliasname ?? range?.relname;
}

/** The tree without places in the text, and without `range` before columns. */
function stripped(node: unknown, range: string | undefined): unknown {
  if (Array.isArray(node)) return node.map((each) => stripped(each, range));
  if (!isTree(node)) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([name]) => name !== 'location')
      .map(([name, value]) => [
        name,
        name === 'ColumnRef' ? { fields: columnOf(value as Tree, range) } : stripped(value, range),
      ]),
  );
}

function columnOf(reference: Tree, range: string | undefined): unknown {
  const fields = (reference['fields'] ?? []) as readonly Tree[];
  const [first] = fields as readonly { String?: { sval: string } }[];
  return fields.length > 1 && range !== undefined && first?.String?.sval === range ? fields.slice(1) : fields;
}
