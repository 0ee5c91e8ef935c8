/** ALTER TABLE, which columns, defaults, constraints and tables share: its text, its lock, what it may lose. */
import { identifier, qualified } from '../../sql/quote.ts';
import type { Catalog } from '../model/catalog.ts';
import { type ColumnId, type ForeignTableId, type TableId, keyOf, tablesOf } from '../model/id.ts';
import type { Hazard, Lock } from '../model/statement.ts';
import { draft, type Draft } from './kind.ts';

/** The lock of nearly every ALTER TABLE (PostgreSQL's manual, ALTER TABLE, Notes). */
export function accessExclusive(id: { readonly schema: string; readonly name: string }): readonly Lock[] {
  return [{ mode: 'ACCESS EXCLUSIVE', relation: qualified(id.schema, id.name) }];
}

/** `ALTER TABLE name <action>`, under ACCESS EXCLUSIVE. */
export function alterTable(
  id: { readonly schema: string; readonly name: string },
  action: string,
  hazards: readonly Hazard[] = [],
): Draft {
  const tableId: TableId = { kind: 'table', schema: id.schema, name: id.name };
  return draft(`ALTER TABLE ${qualified(id.schema, id.name)} ${action}`, {
    produces: [],
    requires: [keyOf(tableId)],
    locks: accessExclusive(id),
    hazards,
  });
}

/** The lock of ALTER … SET or RESET of storage parameters (PostgreSQL's manual, ALTER TABLE, SET). */
export function optionLock(action: string, relation: string): readonly Lock[] {
  const strong = /\buser_catalog_table\b/.test(action);
  return [{ mode: strong ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE', relation }];
}

export function loss(id: { readonly schema: string; readonly name: string }, detail: string): Hazard {
  return { name: 'data-loss', object: qualified(id.schema, id.name), detail };
}

/** @returns the table that a column or constraint is of: a plain one, unless a foreign one of that name is there. ALTER TABLE is for both. */
export function tableIn(catalog: Catalog, of: Pick<ColumnId, 'schema' | 'table'>): TableId | ForeignTableId {
  const [plain, foreign] = tablesOf(of);
  return catalog.entries.has(keyOf(foreign)) ? foreign : plain;
}

/** `ALTER TABLE … ALTER COLUMN … <action>`. */
export function alterColumn(
  id: { readonly schema: string; readonly table: string; readonly name: string },
  action: string,
  hazard?: 'scan' | 'rewrite',
  only: '' | 'ONLY ' = '',
): Draft {
  const relation = qualified(id.schema, id.table);
  const columnId: ColumnId = { kind: 'column', schema: id.schema, table: id.table, name: id.name };
  const detail = { scan: 'reads every row under the lock', rewrite: 'rewrites the table under the lock' };
  return draft(`ALTER TABLE ${only}${relation} ALTER COLUMN ${identifier(id.name)} ${action}`, {
    produces: [keyOf(columnId)],
    locks: accessExclusive({ schema: id.schema, name: id.table }),
    hazards: hazard === undefined ? [] : [{ name: hazard, object: relation, detail: detail[hazard] }],
  });
}
