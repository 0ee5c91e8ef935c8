/** Whether permissions and partitions can be judged without the columns of tables: a large database has them in the hundred thousands. */
import { domainsIn } from './domain-of.ts';
import type { GrantDeclaration, Manifest } from './manifest.ts';

/** @returns whether what the manifest says of a database is about columns, identity columns' sequences or partition sets. */
export function asksForColumns(manifest: Manifest, database: string): boolean {
  const grants = [...[...manifest.roles.values()].flatMap((role) => role.grants), ...manifest.public];
  return (
    domainsIn(manifest, database).some(({ partitions }) => partitions.length > 0) || grants.some(isAbout)
  );
}

/** ALL on a domain is about the sequences of its identity columns too. */
const isAbout = ({ targets, privileges, exact }: GrantDeclaration): boolean =>
  targets.some(
    ({ kind }) =>
      kind === 'columns' ||
      kind === 'sequences' ||
      (kind === 'domain' && !exact && privileges.includes('all')),
  );
