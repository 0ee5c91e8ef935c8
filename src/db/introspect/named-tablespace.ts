/** Privileges on tablespaces: cluster-wide. */
import { type GrantedOn, addGranted } from './granted.ts';
import type { Reading } from './reading.ts';

export async function readNamedTablespaces(reading: Reading): Promise<void> {
  const rows = await reading.sql<({ name: string } & GrantedOn)[]>`
    select spcname as name, pg_get_userbyid(spcowner) as owner, spcacl::text as acl
    from pg_tablespace where spcacl is not null`;
  for (const { name, ...granted } of rows) addGranted(reading, { kind: 'named-tablespace', name }, granted);
}
