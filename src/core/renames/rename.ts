/** A rename: an object goes on under another name, or in another schema, with everything that hangs on it. */
import { identifier, qualified } from '../../sql/quote.ts';
import { objectClause, relationLock } from '../kinds/object.ts';
import { type ObjectId, keyOf } from '../model/id.ts';
import type { Statement } from '../model/statement.ts';

/** What can be renamed: what a comment can be on, and has a name in a schema or on a table. */
export type Renamable = Extract<ObjectId, { readonly schema: string; readonly name: string }>;

export interface Rename {
  readonly before: Renamable;
  /** Of the same kind. What lies on a table lies on the same one, by its name of then. */
  readonly after: Renamable;
}

/** Whether it is renamed with its table's ALTER. */
export const isOnTable = (id: Renamable): id is Extract<Renamable, { readonly table: string }> =>
  'table' in id;

/** @returns the rename taken back. */
export const reversed = ({ before, after }: Rename): Rename => ({ before: after, after: before });

/** @returns the statements: into the other schema first, then under the other name. */
export function renameStatements({ before, after }: Rename): Statement[] {
  const statements: string[] = [];
  if (isOnTable(before)) statements.push(onTable(before, after.name));
  else {
    const moved = { ...before, schema: after.schema };
    if (before.schema !== after.schema)
      statements.push(`ALTER ${objectClause(before)} SET SCHEMA ${identifier(after.schema)}`);
    if (before.name !== after.name)
      statements.push(`ALTER ${objectClause(moved)} RENAME TO ${identifier(after.name)}`);
  }
  const locks = relationLock(before, 'ACCESS EXCLUSIVE');
  return statements.map((sql, at) => ({
    sql,
    produces: at === statements.length - 1 ? [keyOf(after)] : [],
    requires: at === 0 ? [keyOf(before)] : [],
    destroys: at === statements.length - 1 ? [keyOf(before)] : [],
    transaction: 'inside',
    locks,
    hazards: [],
  }));
}

function onTable(id: Extract<Renamable, { readonly table: string }>, name: string): string {
  const table = qualified(id.schema, id.table);
  switch (id.kind) {
    case 'column':
      return `ALTER TABLE ${table} RENAME COLUMN ${identifier(id.name)} TO ${identifier(name)}`;
    case 'constraint':
      return `ALTER TABLE ${table} RENAME CONSTRAINT ${identifier(id.name)} TO ${identifier(name)}`;
    default:
      return `ALTER ${id.kind.toUpperCase()} ${identifier(id.name)} ON ${table} RENAME TO ${identifier(name)}`;
  }
}
