/**
 * What the body of a function names, where it is a string: the server keeps no dependencies of it. Read by
 * PostgreSQL's own grammars of SQL and PL/pgSQL; what is put together at run time cannot be known.
 */
import { hasSqlDetails, loadModule, parsePlPgSQLSync, parseSync } from 'libpg-query';

export interface NameInBody {
  /** undefined: it is looked for along the search_path. */
  readonly schema?: string;
  readonly name: string;
}

export interface BodyNames {
  /** In FROM, and as target of INSERT, UPDATE, DELETE and MERGE; names that WITH makes are none. */
  readonly relations: readonly NameInBody[];
  /** What is called. */
  readonly functions: readonly NameInBody[];
  /** SET search_path of the function itself; undefined: that of whoever calls it. */
  readonly searchPath?: readonly string[];
  /** Whether it runs SQL that it puts together (EXECUTE). */
  readonly isDynamic: boolean;
}

/**
 * @param definition CREATE FUNCTION or CREATE PROCEDURE, of language sql or plpgsql.
 * @returns what its body names, or undefined for a body that neither grammar takes.
 */
export async function namesInBody(definition: string): Promise<BodyNames | undefined> {
  await loadModule();
  try {
    const [create] = find(parseSync(definition), 'CreateFunctionStmt');
    if (create === undefined) return undefined;
    const options = find(create, 'DefElem');
    const language = text(options.find(({ defname }) => defname === 'language'));
    const body = find(
      options.find(({ defname }) => defname === 'as'),
      'String',
    )[0]?.['sval'];
    if (typeof body !== 'string') return undefined;
    if (body.trim() === '') return { relations: [], functions: [], isDynamic: false };
    const names: Found = { relations: [], functions: [], isDynamic: false };
    if (language === 'sql') collect(parseSync(body), names);
    else {
      const tree = parsePlPgSQLSync(definition);
      names.isDynamic =
        find(tree, 'PLpgSQL_stmt_dynexecute').length + find(tree, 'PLpgSQL_stmt_dynfors').length > 0;
      for (const { query } of find(tree, 'PLpgSQL_expr')) collectQuery(query as string, names);
    }
    const searchPath = pathOf(create);
    return { ...names, ...(searchPath === undefined ? {} : { searchPath }) };
  } catch {
    // The parsers throw what they like: whatever it is, the body was not read, and the caller says so.
    return undefined;
  }
}

interface Found {
  readonly relations: NameInBody[];
  readonly functions: NameInBody[];
  isDynamic: boolean;
}
type Tree = Readonly<Record<string, unknown>>;

/** PL/pgSQL's parts are whole statements, expressions, or assignments. */
function collectQuery(query: string, into: Found): void {
  const expression = query.replace(/^[^'"$]*?:?=(?!=)/, '');
  for (const candidate of [query, `SELECT ${query}`, `SELECT ${expression}`])
    try {
      collect(parseSync(candidate), into);
      return;
    } catch (error) {
      if (!hasSqlDetails(error)) throw error;
    }
}

function collect(tree: unknown, into: Found): void {
  const made = new Set(find(tree, 'CommonTableExpr').map(({ ctename }) => ctename));
  for (const { schemaname, relname } of find(tree, 'RangeVar', 'relation', 'rel'))
    if (schemaname !== undefined || !made.has(relname)) into.relations.push(nameOf(schemaname, relname));
  for (const call of find(tree, 'FuncCall')) {
    const parts = find(call['funcname'], 'String').map(({ sval }) => sval);
    into.functions.push(nameOf(parts.at(-2), parts.at(-1)));
  }
}

const nameOf = (schema: unknown, name: unknown): NameInBody => ({
  ...(typeof schema === 'string' ? { schema } : {}),
  name: name as string,
});

/** @returns every node of a kind in a tree. The target of a data change is no wrapped node: it stands under its field's name, with a relname. */
function find(tree: unknown, kind: string, ...fields: readonly string[]): Tree[] {
  const found: Tree[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      node.forEach(visit);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    for (const [name, value] of Object.entries(node as Tree)) {
      const isTarget =
        fields.includes(name) && typeof value === 'object' && value !== null && 'relname' in value;
      if (name === kind || isTarget) found.push(value as Tree);
      visit(value);
    }
  };
  visit(tree);
  return found;
}

const text = (node: unknown): string | undefined => find(node, 'String')[0]?.['sval'] as string | undefined;

function pathOf(create: Tree): string[] | undefined {
  const setting = find(create, 'VariableSetStmt').find(({ name }) => name === 'search_path');
  if (setting === undefined) return undefined;
  return find(setting, 'A_Const').flatMap((each) => {
    const value = (each['sval'] as Tree | undefined)?.['sval'];
    return typeof value === 'string' ? [value] : [];
  });
}
