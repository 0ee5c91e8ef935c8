/** The database that is connected to: something to comment on and to grant on, never made or dropped by a plan. */
import type { DatabaseId } from '../model/id.ts';
import type { Kind } from './kind.ts';

export const database: Kind<DatabaseId> = {
  name: 'database',
  rank: 0,
  references: () => [],
  create: () => [],
  drop: () => [],
  alter: () => [],
};
