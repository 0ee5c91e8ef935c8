/** Our own tables in the domains' schemas: neither granted, nor reported, nor owned by a domain. */
import type { Id } from '../model/id.ts';

/** The history table's name; in a schema that domains share, each domain's prefix goes before it. */
const name = 'dbctl_migrations';

/** @returns whether it is a domain's history table, or the sequence behind its key. */
export function isHistoryTable(id: Id): boolean {
  return 'name' in id && (id.name.endsWith(name) || id.name.endsWith(`${name}_id_seq`));
}
