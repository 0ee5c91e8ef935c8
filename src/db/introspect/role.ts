/** Roles, their settings and memberships: cluster-wide. Predefined roles (pg_*) are the server's. */
import type { MembershipAttributes, MembershipGiven } from '../../core/kinds/membership.ts';
import { monitorsRoles } from '../../core/access/predefined.ts';
import { type Reading, add, addCarried, address } from './reading.ts';

export async function readRoles(reading: Reading): Promise<void> {
  const { sql } = reading;
  const hasOptions = reading.serverVersion >= 160000;
  const inherit = hasOptions ? sql`inherit_option` : sql`null::bool`;
  const set = hasOptions ? sql`set_option` : sql`null::bool`;
  const [roles, settings, memberships] = await Promise.all([
    sql<
      {
        oid: number;
        name: string;
        superuser: boolean;
        inherit: boolean;
        createRole: boolean;
        createDatabase: boolean;
        login: boolean;
        replication: boolean;
        bypassRls: boolean;
        connectionLimit: number;
        validUntil: string | null;
        comment: string | null;
      }[]
    >`
      select oid::int8::float8 as oid, rolname as name, rolsuper as superuser, rolinherit as inherit,
        rolcreaterole as "createRole", rolcreatedb as "createDatabase", rolcanlogin as login,
        rolreplication as replication, rolbypassrls as "bypassRls", rolconnlimit as "connectionLimit",
        case when rolvaliduntil is null or rolvaliduntil = 'infinity' then null
          else to_char(rolvaliduntil at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') end as "validUntil",
        shobj_description(oid, 'pg_authid') as comment
      from pg_roles where rolname !~ '^pg_'`,
    sql<{ role: string; settings: string[] }[]>`
      select rolname as role, setconfig as settings
      from pg_db_role_setting s join pg_roles r on r.oid = s.setrole
      where s.setdatabase = 0 and rolname !~ '^pg_'`,
    sql<({ role: string; member: string; given: MembershipGiven[] } & MembershipAttributes)[]>`
      select pg_get_userbyid(roleid) as role, pg_get_userbyid(member) as member,
        bool_or(admin_option) as admin, bool_or(${inherit}) as inherit, bool_or(${set}) as set,
        json_agg(json_build_object('grantor', pg_get_userbyid(grantor), 'admin', admin_option, 'inherit', ${inherit}, 'set', ${set})
          order by pg_get_userbyid(grantor)) as given
      from pg_auth_members
      group by roleid, member
      -- What initdb makes of the server's own roles is no fact of this server's.
      having not (pg_get_userbyid(member) = 'pg_monitor' and pg_get_userbyid(roleid) in ${sql([...monitorsRoles])}
        and not bool_or(admin_option) and coalesce(bool_and(${inherit}), true) and coalesce(bool_and(${set}), true))`,
  ]);
  for (const { oid, name, comment, ...attrs } of roles) {
    const id = { kind: 'role', name } as const;
    add(reading, { id, attrs }, address('pg_authid', oid));
    addCarried(reading, id, { comment });
  }
  for (const { role, settings: list } of settings)
    for (const setting of list) {
      const at = setting.indexOf('=');
      const id = { kind: 'role-setting', role, name: setting.slice(0, at) } as const;
      add(reading, { id, attrs: { value: setting.slice(at + 1) } });
    }
  for (const { role, member, given, ...attrs } of memberships)
    add(reading, { id: { kind: 'membership', role, member }, attrs, aside: { given } });
}
