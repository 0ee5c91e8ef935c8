/** A process that fetches every ACL of a database, one row a privilege, as somebody would who had only psql. */
import { connect, parseAddress } from '../../src/db/connect.ts';

const connection = await connect(parseAddress(process.argv[2]!), { readOnly: true });
const rows = await connection.sql`
  with acls(catalog, schema, object, owner, acl) as (
    select 'pg_class', relnamespace, relname, relowner,
      coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))
    from pg_class where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    union all select 'pg_attribute', relnamespace, relname || '.' || attname, relowner, attacl
    from pg_attribute join pg_class c on c.oid = attrelid where attacl is not null
    union all select 'pg_proc', pronamespace, proname, proowner, coalesce(proacl, acldefault('f', proowner)) from pg_proc
    union all select 'pg_type', typnamespace, typname, typowner, coalesce(typacl, acldefault('T', typowner))
    from pg_type where typtype in ('e', 'd', 'r') or typacl is not null
    union all select 'pg_namespace', oid, nspname, nspowner, coalesce(nspacl, acldefault('n', nspowner)) from pg_namespace
  )
  select catalog, nspname as schema, object, pg_get_userbyid(owner) as owner, pg_get_userbyid(grantor) as grantor,
    case grantee when 0 then 'PUBLIC' else pg_get_userbyid(grantee) end as grantee, privilege_type as privilege, is_grantable
  from acls join pg_namespace n on n.oid = schema, aclexplode(acl)
  where nspname !~ '^pg_' and nspname <> 'information_schema'`;
process.stdout.write(String(rows.length));
await connection.close();
