/** What a role owns and holds, in every database of its server: pg_shdepend tells. */
import type { RoleDependency, RoleOnServer } from '../core/access/removal.ts';
import type { Connection } from './connect.ts';

/** @returns what the server knows of a role, and in which databases something depends on it; undefined: it has no such role. */
export async function readRoleOnServer({ sql }: Connection, role: string): Promise<RoleOnServer | undefined> {
  const [found] = await sql<Omit<RoleOnServer, 'databases'>[]>`
    select r.oid = 10 as "isFirst", rolname = current_user as "isMe", rolsuper as "isSuperuser",
      coalesce((select array_agg(distinct pg_get_userbyid(member)::text) from pg_auth_members where roleid = r.oid), '{}') as members,
      (select count(*)::int from pg_stat_activity where usesysid = r.oid) as sessions
    from pg_roles r where rolname = ${role}`;
  if (found === undefined) return undefined;
  // What is shared is in no database: it is seen from this one; who gave privileges on a database, from that one.
  const databases = await sql<{ name: string; isOpen: boolean }[]>`
    select datname as name, datallowconn as "isOpen" from pg_database b
    where exists (select from pg_shdepend d
      where d.refclassid = 'pg_authid'::regclass and d.refobjid = (select oid from pg_roles where rolname = ${role})
        and (d.dbid = b.oid or (d.dbid = 0 and (datname = current_database()
          or (d.classid = 'pg_database'::regclass and d.objid = b.oid)))))
    order by 1`;
  return { ...found, databases };
}

/** @returns what depends on a role in this database, and of what belongs to the whole server. */
export async function readRoleDependencies({ sql }: Connection, role: string): Promise<RoleDependency[]> {
  return sql.begin('read only', async (transaction) => {
    await transaction`select set_config('search_path', '', true)`;
    const rows = await transaction<RoleDependency[]>`
      select pg_describe_object(d.classid, d.objid, d.objsubid) as object, d.dbid = 0 as "isShared",
        case when d.deptype = 'o' and d.classid not in ('pg_default_acl'::regclass, 'pg_user_mapping'::regclass) then 'owner'
          when d.deptype = 'o' then 'goes'
          when d.deptype = 'r' and p.polroles = array[d.refobjid] then 'goes'
          when d.deptype = 'r' then 'named'
          else 'privilege' end as what
      from pg_shdepend d
      left join pg_policy p on d.classid = 'pg_policy'::regclass and p.oid = d.objid
      where d.refclassid = 'pg_authid'::regclass and d.refobjid = (select oid from pg_roles where rolname = ${role})
        and d.dbid in (0, (select oid from pg_database where datname = current_database()))
      order by 3, 2, 1`;
    return [...rows];
  });
}

/** What whoever asks may do about it. */
export interface Rights {
  readonly isSuperuser: boolean;
  /** Whether it has the role's privileges, without which it can neither reassign nor take what is the role's. */
  readonly hasRole: boolean;
  /** Whether it may make itself a member. */
  readonly mayGrant: boolean;
  readonly mayDrop: boolean;
  /** Whether it has the privileges of the new owner; true if there is none. */
  readonly hasOwner: boolean;
}

export async function readRights(
  { sql, serverVersion }: Connection,
  role: string,
  to: string | undefined,
): Promise<Rights> {
  // Until 15, CREATEROLE may grant and drop every role that is no superuser's; then it needs the admin option.
  const [rights] = await sql<Rights[]>`
    select me.rolsuper as "isSuperuser", pg_has_role(r.oid, 'USAGE') as "hasRole",
      pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION') or (me.rolcreaterole and ${serverVersion < 160000}) as "mayGrant",
      me.rolcreaterole and not r.rolsuper
        and (${serverVersion < 160000} or pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION')) as "mayDrop",
      coalesce((select pg_has_role(o.oid, 'USAGE') from pg_roles o where o.rolname = ${to ?? null}), true) as "hasOwner"
    from pg_roles r, pg_roles me where r.rolname = ${role} and me.rolname = current_user`;
  return rights!;
}

/** @returns the names of all roles. */
export async function roleNames({ sql }: Connection): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`select rolname as name from pg_roles order by 1`;
  return rows.map(({ name }) => name);
}
