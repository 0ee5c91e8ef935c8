/** The database that is connected to: something to comment on and to grant on, never made or dropped by a plan. */
import type { DatabaseId } from '../model/id.ts';
import { type Kind, isOnlyThere } from './kind.ts';

export interface DatabaseAttributes {
  /** An implicit member of pg_database_owner. Whoever makes the database: no plan changes it. */
  readonly owner: string;
}

/** What is known of it besides. */
export interface DatabaseAside {
  /** Where what names no tablespace lies. */
  readonly tablespace: string;
  /** Whose large objects there are, sorted: they are data, and their owners no facts to compare. */
  readonly largeObjectOwners?: readonly string[];
}

export const database: Kind<DatabaseId, DatabaseAttributes> = {
  name: 'database',
  rank: 0,
  ...isOnlyThere,
};
