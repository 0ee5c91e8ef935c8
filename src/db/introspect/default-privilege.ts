/** Default privileges. */
import type { DefaultPrivilegeObjects } from '../../core/model/id.ts';
import { parseAcl } from './acl.ts';
import { type Reading, add } from './reading.ts';

export async function readDefaultPrivileges(reading: Reading): Promise<void> {
  const rows = await reading.sql<
    {
      role: string;
      schema: string | null;
      objects: DefaultPrivilegeObjects;
      acl: string;
      builtIn: string;
    }[]
  >`
    select pg_get_userbyid(defaclrole) as role, nspname as schema, defaclacl::text as acl,
      case defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
        when 'T' then 'types' when 'n' then 'schemas' when 'L' then 'large objects' end as objects,
      case when defaclnamespace = 0 then acldefault(case defaclobjtype when 'S' then 's' else defaclobjtype end, defaclrole)::text
        else '{}' end as "builtIn"
    from pg_default_acl left join pg_namespace n on n.oid = defaclnamespace`;
  for (const { role, schema, objects, acl, builtIn } of rows) {
    const given = parseAcl(acl);
    // A global entry starts from the built-in defaults and replaces them: only what differs from them is a fact.
    const before = new Map(parseAcl(builtIn).map((item) => [`${item.to}\0${item.privilege}`, item]));
    for (const { to, privilege, grantable } of given) {
      const same = before.get(`${to}\0${privilege}`);
      before.delete(`${to}\0${privilege}`);
      if (same?.grantable === grantable) continue;
      const id = { kind: 'default-privilege', role, schema, objects, to, privilege } as const;
      add(reading, { id, attrs: { grantable } });
    }
    for (const { to, privilege } of before.values()) {
      const id = { kind: 'default-privilege', role, schema, objects, to, privilege } as const;
      add(reading, { id, attrs: { grantable: false, withheld: true } });
    }
  }
}
