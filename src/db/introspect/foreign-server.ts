/** Foreign data wrappers, foreign servers and user mappings. */
import type { ForeignDataWrapperAttributes } from '../../core/kinds/foreign-data-wrapper.ts';
import type { ForeignServerAttributes } from '../../core/kinds/foreign-server.ts';
import type { UserMappingAttributes } from '../../core/kinds/user-mapping.ts';
import { foreignOptions } from './foreign-options.ts';
import { type Carried, type Reading, add, addCarried, address, notOfExtension } from './reading.ts';

type Read<A> = { oid: number; name: string; attrs: A } & Carried;

export async function readForeignServers(reading: Reading): Promise<void> {
  await Promise.all([readForeignDataWrappers(reading), readServers(reading), readUserMappings(reading)]);
}

async function readForeignDataWrappers(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<Read<ForeignDataWrapperAttributes>[]>`
    select w.oid::int8::float8 as oid, w.fdwname as name,
      json_build_object('handler', nullif(w.fdwhandler, 0)::regproc::text, 'validator', nullif(w.fdwvalidator, 0)::regproc::text,
        'options', ${sql.unsafe(foreignOptions('w.fdwoptions'))}) as attrs,
      pg_get_userbyid(w.fdwowner) as owner, coalesce(w.fdwacl, acldefault('F', w.fdwowner))::text as acl,
      obj_description(w.oid, 'pg_foreign_data_wrapper') as comment
    from pg_foreign_data_wrapper w where ${sql.unsafe(notOfExtension('pg_foreign_data_wrapper', 'w.oid'))}`;
  for (const { oid, name, attrs, ...carried } of rows) {
    const id = { kind: 'foreign-data-wrapper', name } as const;
    add(reading, { id, attrs }, address('pg_foreign_data_wrapper', oid));
    addCarried(reading, id, carried);
  }
}

async function readServers(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<Read<ForeignServerAttributes>[]>`
    select s.oid::int8::float8 as oid, s.srvname as name,
      json_build_object('wrapper', w.fdwname, 'type', s.srvtype, 'version', s.srvversion,
        'options', ${sql.unsafe(foreignOptions('s.srvoptions'))}) as attrs,
      pg_get_userbyid(s.srvowner) as owner, coalesce(s.srvacl, acldefault('S', s.srvowner))::text as acl,
      obj_description(s.oid, 'pg_foreign_server') as comment
    from pg_foreign_server s join pg_foreign_data_wrapper w on w.oid = s.srvfdw
    where ${sql.unsafe(notOfExtension('pg_foreign_server', 's.oid'))}`;
  for (const { oid, name, attrs, ...carried } of rows) {
    const id = { kind: 'foreign-server', name } as const;
    add(reading, { id, attrs }, address('pg_foreign_server', oid));
    addCarried(reading, id, carried);
  }
}

/** From the view: the table itself is a superuser's. Whose options the server hides is told. */
async function readUserMappings(reading: Reading): Promise<void> {
  const { sql } = reading;
  const rows = await sql<
    { oid: number; server: string; user: string; hidden: boolean; attrs: UserMappingAttributes }[]
  >`
    select m.umid::int8::float8 as oid, m.srvname as server,
      case when m.umuser = 0 then 'public' else pg_get_userbyid(m.umuser) end as user,
      m.umoptions is null and not (m.umuser <> 0 and m.usename = current_user
          and (pg_has_role(s.srvowner, 'usage') or has_server_privilege(s.oid, 'usage')))
        and not (m.umuser = 0 and pg_has_role(s.srvowner, 'usage'))
        and not (select rolsuper from pg_roles where rolname = current_user) as hidden,
      json_build_object('options', ${sql.unsafe(foreignOptions('m.umoptions'))}) as attrs
    from pg_user_mappings m join pg_foreign_server s on s.oid = m.srvid`;
  for (const { oid, server, user, hidden, attrs } of rows)
    if (hidden)
      reading.notAnalysed.push({
        object: `user mapping for ${user} on server ${server}`,
        schema: null,
        why: 'its options are hidden from the role that reads them',
      });
    else add(reading, { id: { kind: 'user-mapping', server, user }, attrs }, address('pg_user_mapping', oid));
}
