/** Privileges on configuration parameters: cluster-wide. What the first superuser holds is nobody's gift. */
import { type Reading, add } from './reading.ts';

export async function readParameters(reading: Reading): Promise<void> {
  const rows = await reading.sql<{ name: string; to: string; privilege: string; grantable: boolean }[]>`
    select p.parname as name, case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee) end as to,
      lower(a.privilege_type) as privilege, bool_or(a.is_grantable) as grantable
    from pg_parameter_acl p, aclexplode(p.paracl) a
    where a.grantee <> 10
    group by 1, 2, 3`;
  for (const { name, to, privilege, grantable } of rows) {
    const on = { kind: 'parameter', name } as const;
    add(reading, { id: { kind: 'grant', on, to, privilege }, attrs: { grantable } });
  }
}
