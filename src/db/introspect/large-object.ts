/** Privileges on large objects. The objects are data, as pg_dump has it; who may reach them is not. */
import { type GrantedOn, addGranted } from './granted.ts';
import type { Reading } from './reading.ts';

export async function readLargeObjects(reading: Reading): Promise<void> {
  const rows = await reading.sql<({ name: string } & GrantedOn)[]>`
    select oid::text as name, pg_get_userbyid(lomowner) as owner, lomacl::text as acl
    from pg_largeobject_metadata where lomacl is not null`;
  for (const { name, ...granted } of rows) addGranted(reading, { kind: 'large-object', name }, granted);
}
