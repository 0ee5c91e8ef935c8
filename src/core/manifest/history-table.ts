/** Our own tables in the domains' schemas: neither granted, nor reported, nor owned by a domain. */
import { historyTableName as name } from '../migration/history.ts';
import type { Id } from '../model/id.ts';

/** @returns whether it is a domain's history table, or the sequence behind its key. */
export function isHistoryTable(id: Id): boolean {
  return 'name' in id && (id.name.endsWith(name) || id.name.endsWith(`${name}_id_seq`));
}
