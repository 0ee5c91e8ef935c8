import type { Expected } from '../../manifest/resolve/expected.ts';
import type { Entry } from '../../model/entry.ts';
import type { Rule } from '../../model/finding.ts';
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

/** The role, the missing groups it is in, its settings, memberships, ownerships and grants: in an order that works. */
function everythingOf(input: LiveInput, role: string): Entry[] {
  const { expected, live } = input;
  const missing = new Set([role]);
  const wanted = [...expected.unsettled()];
  for (const member of missing)
    for (const { entry } of wanted)
      if (entry.id.kind === 'membership' && entry.id.member === member && !exists({ live }, entry.id.role))
        missing.add(entry.id.role);
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
        return (missing.has(id.to) || missing.has(id.role)) && there(id.to) && there(id.role);
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
