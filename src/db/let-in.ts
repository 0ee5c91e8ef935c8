/**
 * Who made a role without being a superuser administers it, and yet may not do what its owner may: from 16 on ADMIN
 * OPTION alone gives neither its privileges nor SET ROLE. It may let itself in, though, and out again: in one
 * transaction nobody else sees it.
 */
import type { TransactionSql } from 'postgres';
import { identifier } from '../sql/quote.ts';

export interface Guest {
  readonly roles: readonly string[];
  /** Puts the memberships back as they were. */
  readonly leave: () => Promise<void>;
}

interface Row {
  readonly role: string;
  readonly grantor: string;
  readonly inherit: boolean | null;
  readonly set: boolean | null;
}

/** @param statements what is to be done: roles that it names, and that own something in the database, are meant. */
export async function letIn(
  transaction: TransactionSql,
  serverVersion: number,
  statements: readonly string[],
): Promise<Guest> {
  const hasOptions = serverVersion >= 160000;
  const rows = () =>
    transaction.unsafe<Row[]>(`
    select pg_get_userbyid(roleid) as role, pg_get_userbyid(grantor) as grantor,
      ${hasOptions ? 'inherit_option as inherit, set_option as set' : 'null as inherit, null as set'}
    from pg_auth_members where member = current_user::regrole`);
  const text = statements.join('\n');
  const candidates = await transaction.unsafe<{ me: string; role: string; owns: boolean }[]>(`
    select current_user as me, r.rolname as role, exists (select from pg_shdepend d join pg_database b on b.oid = d.dbid
      where b.datname = current_database() and d.refclassid = 'pg_authid'::regclass and d.refobjid = r.oid and d.deptype = 'o') as owns
    from pg_roles r join pg_roles me on me.rolname = current_user
    where r.rolname !~ '^pg_' and not r.rolsuper and not me.rolsuper
      and not (pg_has_role(r.oid, 'USAGE') and pg_has_role(r.oid, '${hasOptions ? 'SET' : 'MEMBER'}'))
      and (pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION')${hasOptions ? '' : ' or me.rolcreaterole'})`);
  const before = await rows();
  const roles: string[] = [];
  for (const { me, role, owns } of candidates) {
    if (!owns && !text.includes(identifier(role))) continue;
    const options = hasOptions ? ' WITH INHERIT TRUE, SET TRUE' : '';
    try {
      await transaction.savepoint((savepoint) =>
        savepoint.unsafe(`GRANT ${identifier(role)} TO ${identifier(me)}${options}`),
      );
      roles.push(role);
    } catch {
      // A role that is a member of ours, say: what needs it is refused, and told.
    }
  }
  const leave = async () => {
    for (const { role, grantor, inherit, set } of await rows()) {
      const was = before.find((row) => row.role === role && row.grantor === grantor);
      const me = identifier(candidates[0]!.me);
      const by = hasOptions ? ` GRANTED BY ${identifier(grantor)}` : '';
      if (was === undefined) await transaction.unsafe(`REVOKE ${identifier(role)} FROM ${me}${by}`);
      else if (was.inherit !== inherit || was.set !== set)
        await transaction.unsafe(
          `GRANT ${identifier(role)} TO ${me} WITH INHERIT ${was.inherit}, SET ${was.set}${by}`,
        );
    }
  };
  return { roles, leave };
}
