/** `rowSecurity` of a domain: on which tables row level security must be on. */
import { globs } from '../model/glob.ts';
import type { Id, TableId } from '../model/id.ts';
import { domainsIn, domainOf } from './domain-of.ts';
import { isHistoryTable } from './history-table.ts';
import type { Manifest } from './manifest.ts';

/** @returns a test for the tables of a database that some domain wants it on. */
export function securedTables(manifest: Manifest, database: string): (id: Id) => id is TableId {
  const wanted = new Map(
    domainsIn(manifest, database)
      .filter(({ rowSecurity }) => rowSecurity.length > 0)
      .map(({ name, rowSecurity }) => [name, globs(rowSecurity)]),
  );
  return (id): id is TableId => {
    if (wanted.size === 0 || id.kind !== 'table' || isHistoryTable(id)) return false;
    const domain = domainOf(manifest, database, id);
    return domain !== undefined && wanted.get(domain.name)?.(id.name) === true;
  };
}
