/** Roles as they are, declared. */
import type { MembershipAttributes } from '../kinds/membership.ts';
import type { RoleSettingAttributes } from '../kinds/role-setting.ts';
import type { RoleAttributes } from '../kinds/role.ts';
import type { MembershipDeclaration, RoleDeclaration } from '../manifest/manifest.ts';
import { type Catalog, entriesOf, find } from '../model/catalog.ts';

/** @returns the roles of the scope, without grants. A password is never read, and so never declared. */
export function rolesOf(catalog: Catalog): RoleDeclaration[] {
  return [...entriesOf<'role', RoleAttributes>(catalog, 'role')].map(({ id, attrs }): RoleDeclaration => {
    const { name } = id;
    const comment = find(catalog, { kind: 'comment', on: id })?.attrs['text'];
    const { validUntil, ...flags } = attrs;
    return {
      name,
      ...flags,
      ...(validUntil === null ? {} : { validUntil }),
      memberOf: [...membershipsOf(catalog, name, attrs.inherit)],
      grants: [],
      settings: new Map(
        [...entriesOf<'role-setting', RoleSettingAttributes>(catalog, 'role-setting')]
          .filter((setting) => setting.id.role === name)
          .map((setting) => [setting.id.name, setting.attrs.value]),
      ),
      ...(typeof comment === 'string' ? { comment } : {}),
      path: ['roles', name],
    };
  });
}

/** An option that is as the server would have it need not be said. */
function* membershipsOf(
  catalog: Catalog,
  member: string,
  inherits: boolean,
): Generator<MembershipDeclaration> {
  for (const { id, attrs } of entriesOf<'membership', MembershipAttributes>(catalog, 'membership'))
    if (id.member === member)
      yield {
        role: id.role,
        admin: attrs.admin,
        ...(attrs.inherit === null || attrs.inherit === inherits ? {} : { inherit: attrs.inherit }),
        ...(attrs.set === null || attrs.set ? {} : { set: attrs.set }),
        path: [],
      };
}
