/** Roles, their settings and their memberships, as the manifest declares them. */
import type { Manifest, RoleDeclaration } from '../manifest.ts';
import { isUnmanagedRole } from '../unmanaged.ts';
import type { MembershipAttributes } from '../../kinds/membership.ts';
import type { RoleSettingAttributes } from '../../kinds/role-setting.ts';
import type { RoleAttributes } from '../../kinds/role.ts';
import type { Attributes } from '../../model/entry.ts';
import type { Id } from '../../model/id.ts';
import type { Expected } from './expected.ts';

/**
 * @returns the entries of every declared role, except those that the manifest also calls unmanaged. A membership's
 * `inherit` and `set` are null where the manifest leaves them to the server: then they are not compared. Before 16
 * they are null always, because there are no such options.
 */
export function* expectRoles(manifest: Manifest, serverVersion: number): Generator<Expected> {
  for (const role of manifest.roles.values()) {
    if (isUnmanagedRole(manifest, role.name)) continue;
    const expected = (id: Id, attrs: Attributes, path = role.path): Expected => ({
      entry: { id, attrs },
      because: { as: 'role', path },
    });
    yield expected({ kind: 'role', name: role.name }, attributesOf(role));
    for (const [name, value] of role.settings)
      yield expected(
        { kind: 'role-setting', role: role.name, name },
        { value } satisfies RoleSettingAttributes,
        [...role.path, 'settings', name],
      );
    for (const membership of role.memberOf) {
      const options = serverVersion >= 160000;
      const attrs: MembershipAttributes = {
        admin: membership.admin,
        inherit: options ? (membership.inherit ?? null) : null,
        set: options ? (membership.set ?? null) : null,
      };
      yield expected(
        { kind: 'membership', role: membership.role, member: role.name },
        { ...attrs },
        membership.path,
      );
    }
  }
}

function attributesOf(role: RoleDeclaration): RoleAttributes {
  return {
    superuser: role.superuser,
    inherit: role.inherit,
    createRole: role.createRole,
    createDatabase: role.createDatabase,
    login: role.login,
    replication: role.replication,
    bypassRls: role.bypassRls,
    connectionLimit: role.connectionLimit,
    validUntil: role.validUntil === undefined ? null : inUtc(role.validUntil),
  };
}

/** As the introspection reads it back: to the second, in UTC. */
function inUtc(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : date.toISOString().replace(/\.\d+Z$/, 'Z');
}
