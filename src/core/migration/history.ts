/** Where a domain's history lies, and what a row of it says. docs/formats.md describes the table. */
import type { Domain } from '../manifest/manifest.ts';
import { clusterDomain } from './version.ts';

/** A domain's history table, in the domain's own schema; `_cluster` keeps its own in `dbctl`. */
export interface HistoryTable {
  readonly domain: string;
  readonly schema: string;
  readonly table: string;
}

/** The history table's name; in a schema that domains share, the domain's prefix goes before it. */
export const historyTableName = 'dbctl_migrations';

/** @returns where a domain's history lies. */
export function historyOf(domain: Domain): HistoryTable {
  return {
    domain: domain.name,
    schema: domain.schema,
    table: `${domain.isolation === 'prefix' ? (domain.prefix ?? '') : ''}${historyTableName}`,
  };
}

/** Where the history of roles and memberships lies. */
export const clusterHistory: HistoryTable = {
  domain: clusterDomain,
  schema: 'dbctl',
  table: historyTableName,
};

/** One row of a history table. */
export interface AppliedMigration {
  readonly version: string;
  readonly name: string;
  readonly appliedAt: Date;
  /** What only dbctl records is null in a row that plain node-pg-migrate wrote. */
  readonly checksum: string | null;
  readonly appliedBy: string | null;
  readonly milliseconds: number | null;
}
