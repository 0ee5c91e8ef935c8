/** pg_default_acl as it is, with what the server begins with: what `audit future` is computed from. */
import type { DefaultAcl } from '../core/access/future.ts';
import type { DefaultPrivilegeObjects } from '../core/model/id.ts';
import type { Connection } from './connect.ts';
import { parseAcl } from './introspect/acl.ts';

/** @returns every row of pg_default_acl, and what is built in for objects of one role. */
export async function readDefaultAcls(
  { sql }: Connection,
  role: string,
): Promise<{ readonly defaults: DefaultAcl[]; readonly builtIn: DefaultAcl[] }> {
  const rows = await sql<
    {
      role: string;
      schema: string | null;
      objects: DefaultPrivilegeObjects;
      acl: string;
      isBuiltIn: boolean;
    }[]
  >`
    select pg_get_userbyid(defaclrole) as role, nspname as schema, defaclacl::text as acl, false as "isBuiltIn",
      case defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
        when 'T' then 'types' when 'n' then 'schemas' when 'L' then 'large objects' end as objects
    from pg_default_acl left join pg_namespace n on n.oid = defaclnamespace
    union all
    select rolname, null, acldefault(type, oid)::text, true, objects
    from pg_roles, (values ('r'::"char", 'tables'), ('s', 'sequences'), ('f', 'functions'), ('T', 'types')) k(type, objects)
    where rolname = ${role}`;
  const acls = (wanted: boolean) =>
    rows
      .filter(({ isBuiltIn }) => isBuiltIn === wanted)
      .map(({ role: of, schema, objects, acl }) => ({ role: of, schema, objects, items: parseAcl(acl) }));
  return { defaults: acls(false), builtIn: acls(true) };
}
