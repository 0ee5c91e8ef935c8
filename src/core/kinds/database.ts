/** The database that is connected to: something to comment on and to grant on, never made or dropped by a plan. */
import type { DatabaseId } from '../model/id.ts';
import { type Kind, isOnlyThere } from './kind.ts';

export interface DatabaseAttributes {
  /** An implicit member of pg_database_owner. Whoever makes the database: no plan changes it. */
  readonly owner: string;
}

export const database: Kind<DatabaseId, DatabaseAttributes> = {
  name: 'database',
  rank: 0,
  ...isOnlyThere,
};
