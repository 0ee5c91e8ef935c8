/** What pg_dump of one database does not tell: facts of the whole cluster, and what it leaves out of ACLs. */
import { type Address, connect } from '../../src/db/connect.ts';

const queries = (major: number): readonly string[] => [
  `select rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls,
    rolconnlimit, rolpassword, rolvaliduntil from pg_authid order by 1`,
  `select pg_get_userbyid(roleid) as role, pg_get_userbyid(member) as member, pg_get_userbyid(grantor) as grantor,
    admin_option${major >= 16 ? ', inherit_option, set_option' : ''} from pg_auth_members order by 1, 2, 3`,
  `select datname, pg_get_userbyid(setrole) as role, setconfig
    from pg_db_role_setting left join pg_database d on d.oid = setdatabase order by 1, 2`,
  `select parname, acl from pg_parameter_acl, unnest(paracl::text[]) acl order by 1, 2`,
  `select datname, pg_get_userbyid(datdba) as owner, acl
    from pg_database, unnest(coalesce(datacl, acldefault('d', datdba))::text[]) acl order by 1, 3`,
  `select spcname, pg_get_userbyid(spcowner) as owner, acl
    from pg_tablespace, unnest(coalesce(spcacl, acldefault('t', spcowner))::text[]) acl order by 1, 3`,
  `select o.oid, pg_get_userbyid(lomowner) as owner, acl
    from pg_largeobject_metadata o, unnest(coalesce(lomacl, acldefault('L', lomowner))::text[]) acl order by 1, 3`,
];

/** @returns one line a row: every ACL item by itself, and a NULL ACL as what it means. */
export async function clusterFacts(address: Address): Promise<string[]> {
  const connection = await connect(address);
  try {
    const major = Math.floor(connection.serverVersion / 10_000);
    const facts: string[] = [];
    for (const query of queries(major))
      for (const row of await connection.sql.unsafe(query)) facts.push(JSON.stringify(row));
    return facts;
  } finally {
    await connection.close();
  }
}
