/** Privileges on configuration parameters: cluster-wide. The first superuser counts as the owner of them all. */
import { type GrantedOn, addGranted } from './granted.ts';
import type { Reading } from './reading.ts';

export async function readParameters(reading: Reading): Promise<void> {
  const rows = await reading.sql<({ name: string } & GrantedOn)[]>`
    select parname as name, pg_get_userbyid(10) as owner, paracl::text as acl from pg_parameter_acl`;
  for (const { name, ...granted } of rows) addGranted(reading, { kind: 'parameter', name }, granted);
}
