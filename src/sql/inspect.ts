/** What a statement of SQL is, by PostgreSQL's own grammar: whether it can be read, and which data goes with it. */
import { hasSqlDetails, loadModule, parseSync } from 'libpg-query';
import { qualified } from './quote.ts';

export interface Inspection {
  /** What the grammar does not take; `offset` is in characters from the statement's beginning. */
  readonly error?: { readonly message: string; readonly offset: number };
  /** What it deletes with all its rows or values. */
  readonly losses: readonly Loss[];
}
export interface Loss {
  readonly kind: 'table' | 'column' | 'schema' | 'rows';
  /** `schema.name` (of the table, for a column) as SQL writes it; unqualified if the statement leaves it so. */
  readonly object: string;
  /** In a clause: `drops column email and its values`. */
  readonly detail: string;
}

/** @param statement one statement, without the semicolon. */
export async function inspectStatement(statement: string): Promise<Inspection> {
  await loadModule();
  try {
    const { stmts = [] } = parseSync(statement) as { stmts?: { stmt: Node }[] };
    return { losses: stmts.flatMap(({ stmt }) => lossesOf(stmt)) };
  } catch (error) {
    if (!hasSqlDetails(error)) throw error;
    return { error: { message: error.message, offset: error.sqlDetails?.cursorPosition ?? 0 }, losses: [] };
  }
}

/** The few nodes of the parse tree that are looked at. */
interface Node {
  readonly DropStmt?: {
    readonly removeType: string;
    readonly objects?: readonly Name[];
    readonly behavior: string;
  };
  readonly AlterTableStmt?: {
    readonly relation: Relation;
    readonly cmds?: readonly {
      readonly AlterTableCmd: { readonly subtype: string; readonly name?: string };
    }[];
  };
  readonly TruncateStmt?: { readonly relations?: readonly { readonly RangeVar: Relation }[] };
}
interface Relation {
  readonly schemaname?: string;
  readonly relname: string;
}
interface Name {
  readonly List?: { readonly items: readonly Name[] };
  readonly String?: { readonly sval: string };
}

const relationName = ({ schemaname, relname }: Relation) =>
  schemaname === undefined ? qualified(relname) : qualified(schemaname, relname);
const parts = (name: Name): string[] =>
  name.List?.items.flatMap(parts) ?? (name.String === undefined ? [] : [name.String.sval]);

function lossesOf({ DropStmt: drop, AlterTableStmt: alter, TruncateStmt: truncate }: Node): Loss[] {
  if (drop?.removeType === 'OBJECT_TABLE')
    return (drop.objects ?? []).map((name) => ({
      kind: 'table',
      object: qualified(...parts(name)),
      detail: 'drops the table and its rows',
    }));
  if (drop?.removeType === 'OBJECT_SCHEMA' && drop.behavior === 'DROP_CASCADE')
    return (drop.objects ?? []).map((name) => ({
      kind: 'schema',
      object: qualified(...parts(name)),
      detail: 'drops the schema and all that is in it',
    }));
  if (alter !== undefined)
    return (alter.cmds ?? [])
      .filter(({ AlterTableCmd: { subtype } }) => subtype === 'AT_DropColumn')
      .map(({ AlterTableCmd: { name = '' } }) => ({
        kind: 'column',
        object: relationName(alter.relation),
        detail: `drops column ${qualified(name)} and its values`,
      }));
  if (truncate !== undefined)
    return (truncate.relations ?? []).map(({ RangeVar: relation }) => ({
      kind: 'rows',
      object: relationName(relation),
      detail: 'deletes every row',
    }));
  return [];
}
