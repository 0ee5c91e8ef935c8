/** The server's own roles: what they give on every object, and what they may do besides (PostgreSQL's manual, 21.5). */
import { type ObjectId, isRelation } from '../model/id.ts';

/** @returns whether membership in a predefined role gives the privilege on every object of this kind. */
export function predefined(role: string, privilege: string, on: ObjectId): boolean {
  const { kind } = on;
  const relation = isRelation(on) || kind === 'sequence';
  switch (role) {
    case 'pg_read_all_data':
      return (relation && privilege === 'select') || (kind === 'schema' && privilege === 'usage');
    case 'pg_write_all_data':
      return (
        (relation && ['insert', 'update', 'delete'].includes(privilege)) ||
        (kind === 'schema' && privilege === 'usage')
      );
    case 'pg_maintain':
      return relation && privilege === 'maintain';
    default:
      return false;
  }
}

/** Those that `predefined` knows. */
export const predefinedForData = ['pg_read_all_data', 'pg_write_all_data', 'pg_maintain'];

/** What pg_monitor is a member of from the start. */
export const monitorsRoles = ['pg_read_all_settings', 'pg_read_all_stats', 'pg_stat_scan_tables'];

/** Whose members run programs or write files as the server's own user: everything is open to them in the end. */
export const asServer = ['pg_execute_server_program', 'pg_write_server_files'];

/** Has one member, the database's owner, and takes no others. */
export const databaseOwner = 'pg_database_owner';

/** All of them, of every supported major. */
export const serversRoles = [
  ...predefinedForData,
  ...monitorsRoles,
  ...asServer,
  databaseOwner,
  'pg_checkpoint',
  'pg_create_subscription',
  'pg_monitor',
  'pg_read_server_files',
  'pg_signal_autovacuum_worker',
  'pg_signal_backend',
  'pg_use_reserved_connections',
];
