import type { Expected } from '../../manifest/resolve/expected.ts';
import { find } from '../../model/catalog.ts';
import type { Entry } from '../../model/entry.ts';
import type { Rule } from '../../model/finding.ts';
import { keyOf } from '../../model/id.ts';
import { reachedFrom } from '../../model/reached.ts';
import { identifier } from '../../../sql/quote.ts';
import { sqlToCreate } from '../fix.ts';
import type { LiveInput } from '../input.ts';
import { connectGrants } from './cannot-connect.ts';
import { exists } from './who.ts';

export const roleMissing: Rule<LiveInput> = {
  name: 'permission/role-missing',
  severity: 'error',
  summary: 'a role that the manifest declares does not exist',
  why: 'Nobody can connect as it, and nobody holds what it was to pass on to its members.',
  *check(input) {
    for (const { entry, because } of input.expected.unsettled()) {
      if (entry.id.kind !== 'role' || exists(input, entry.id.name)) continue;
      const { name } = entry.id;
      yield {
        domain: null,
        ofServer: true,
        subject: identifier(name),
        message: `role ${identifier(name)} does not exist`,
        help: 'Create it with all that the manifest gives it: run dbctl generate and dbctl migrate, or the fix. A password is set apart.',
        fix: sqlToCreate(everythingOf(input, name), input.live),
        ...(because.as === 'role' ? { path: because.path } : {}),
      };
    }
  },
};

/** The role, the missing groups it is in and the missing roles whose objects to come it is granted, and of all of them settings, memberships, ownerships and grants: in an order that works. */
function everythingOf(input: LiveInput, role: string): Entry[] {
  const { expected, live } = input;
  const wanted = [...expected.unsettled()];
  const needed = (name: string): string[] =>
    wanted.flatMap(({ entry: { id } }) => {
      const needs =
        (id.kind === 'membership' && id.member === name) ||
        (id.kind === 'default-privilege' &&
          id.to === name &&
          expected.has(keyOf({ kind: 'role', name: id.role })));
      return needs && !exists({ live }, id.role) ? [id.role] : [];
    });
  const missing = reachedFrom(role, needed);
  const there = (name: string) => missing.has(name) || exists({ live }, name);
  const belongs = ({ entry: { id, attrs }, because }: Expected): boolean => {
    switch (id.kind) {
      case 'role':
        return missing.has(id.name);
      case 'role-setting':
        return missing.has(id.role);
      case 'membership':
        return (missing.has(id.member) || missing.has(id.role)) && there(id.member) && there(id.role);
      case 'owner':
        return missing.has(attrs['role'] as string);
      case 'grant':
        return missing.has(id.to) && because.as === 'grant';
      case 'default-privilege':
        return (
          (missing.has(id.to) || missing.has(id.role)) &&
          there(id.to) &&
          there(id.role) &&
          (id.schema === null || find(live, { kind: 'schema', name: id.schema }) !== undefined)
        );
      default:
        return false;
    }
  };
  const place = ['role', 'role-setting', 'membership', 'owner', 'grant', 'default-privilege'];
  return [
    ...wanted
      .filter(belongs)
      .map(({ entry }) => entry)
      .sort((a, b) => place.indexOf(a.id.kind) - place.indexOf(b.id.kind)),
    ...[...missing].flatMap((name) => connectGrants(input, name)),
  ];
}
