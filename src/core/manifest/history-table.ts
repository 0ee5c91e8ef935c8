/** Our own tables in the domains' schemas: neither granted, nor reported, nor owned by a domain. */
import { clusterHistory, historyTableName as name } from '../migration/history.ts';
import type { Entry } from '../model/entry.ts';
import { type Id, objectOf, schemaOf } from '../model/id.ts';

/** @returns whether it is a domain's history table, or the sequence behind its key. */
export function isHistoryTable(id: Id): boolean {
  return 'name' in id && (id.name.endsWith(name) || id.name.endsWith(`${name}_id_seq`));
}

/** Our own tables, with all that is on them. */
export function isHistory({ id, attrs }: Entry): boolean {
  if (id.kind === 'schema') return id.name === clusterHistory.schema;
  const object = objectOf(id);
  if (object.kind === 'index' && typeof attrs['table'] === 'string')
    return isHistoryTable({ ...object, kind: 'table', name: attrs['table'] });
  return schemaOf(id) === clusterHistory.schema || isHistoryTable(object);
}
