import type { MembershipAttributes } from '../../kinds/membership.ts';
import { domainsIn, ownersOf } from '../../manifest/domain-of.ts';
import { entriesOf, find } from '../../model/catalog.ts';
import type { Entry } from '../../model/entry.ts';
import type { Found, Rule } from '../../model/finding.ts';
import { type GrantId, type MembershipId, keyOf } from '../../model/id.ts';
import { reachedFrom } from '../../model/reached.ts';
import { identifier } from '../../../sql/quote.ts';
import { sqlToCreate } from '../fix.ts';
import type { LiveInput } from '../input.ts';
import { describeGrants, listOf } from '../wording.ts';
import { gainedByMembership } from './consequence.ts';
import {
  type Membership,
  alterMembership,
  endMembership,
  rowsOf,
  withoutCreators,
} from './membership-grants.ts';
import { exists, helpAboutOther, migratorsOf, severityFor } from './who.ts';

export const membership: Rule<LiveInput> = {
  name: 'permission/membership',
  severity: 'error',
  summary: 'a role is in other groups than the manifest declares',
  why: 'A member uses its group’s privileges as its own: one membership too many gives all of them, one too few none.',
  *check(input) {
    for (const { entry, because } of input.expected.unsettled()) {
      const { id } = entry;
      if (id.kind !== 'membership' || !exists(input, id.member) || !groupExists(input, id.role)) continue;
      const found = compare(input, entry as unknown as Membership);
      if (found !== undefined) yield { ...found, ...(because.as === 'role' ? { path: because.path } : {}) };
    }
    for (const entry of entriesOf<'membership', MembershipAttributes>(input.live, 'membership'))
      yield* stray(input, entry);
  },
};

/** Predefined roles (`pg_read_all_data`) are no entries: the server has them. */
const groupExists = (input: LiveInput, role: string): boolean =>
  role.startsWith('pg_') || exists(input, role);

function compare(input: LiveInput, wanted: Membership): Found | undefined {
  const { live } = input;
  const { id } = wanted;
  const held = withoutCreators(input, find<MembershipId, MembershipAttributes>(live, id));
  const [member, role] = [identifier(id.member), identifier(id.role)];
  const about = { domain: null, ofServer: true, subject: member, discriminator: role };
  if (held === undefined)
    return {
      ...about,
      message: `${member} is not a member of ${role}${consequence(input, id)}`,
      help: 'Grant the membership, or take it out of the manifest.',
      fix: [...endReversed(input, id), ...sqlToCreate([plain(wanted)], live)],
    };
  const should: MembershipAttributes = {
    admin: wanted.attrs.admin,
    inherit: wanted.attrs.inherit ?? unsaid(input, held, 'inherit'),
    set: wanted.attrs.set ?? unsaid(input, held, 'set'),
  };
  const different = options.filter((name) => held.attrs[name] !== should[name]);
  const fix = alterMembership(input, held, should);
  const rows = rowsOf(input, held);
  if (different.length === 0)
    return rows.length < 2
      ? undefined
      : {
          ...about,
          discriminator: `${role} by several`,
          message: `${member} is a member of ${role} by ${listOf(rows.map(({ grantor }) => identifier(grantor)))}, each of whom granted it`,
          consequence: 'nobody gains by it; but to revoke it of one leaves it to the member by the others',
          severity: 'warning',
          help: 'Revoke all but one, each in its grantor’s name.',
          fix,
        };
  const list = (attrs: MembershipAttributes) =>
    different.map((name) => `${name.toUpperCase()} ${attrs[name] === true ? 'TRUE' : 'FALSE'}`).join(', ');
  return {
    ...about,
    discriminator: `${role} ${different.join(', ')}`,
    message: `${member} is a member of ${role} with ${list(held.attrs)}; the manifest declares ${list(should)}`,
    consequence: different.map((name) => meaning[name](member, role, held.attrs[name] === true)).join('; '),
    help: 'Grant the membership again with the declared options, or declare what it is.',
    fix,
  };
}

const options = ['admin', 'inherit', 'set'] as const;

const meaning = {
  admin: (member: string, role: string, is: boolean) =>
    `${member} ${is ? 'may let anybody into' : 'may let nobody into'} ${role}`,
  inherit: (member: string, role: string, is: boolean) =>
    is
      ? `${member} gains all that ${role} holds, as its own`
      : `${member} loses all that ${role} holds, but after SET ROLE`,
  set: (member: string, role: string, is: boolean) =>
    `${member} ${is ? 'may' : 'may not'} SET ROLE to ${role}`,
} as const;

/** The server refuses circles: what makes the role a member of its member, and nobody declares, ends before. */
function endReversed(input: LiveInput, { role, member }: MembershipId): string[] {
  const { live, expected, access } = input;
  const above = (from: string) =>
    reachedFrom(from, (each) => access.memberships.of(each).map((edge) => edge.role));
  const groups = above(role);
  if (!groups.has(member)) return [];
  return [...entriesOf<'membership', MembershipAttributes>(live, 'membership')].flatMap((entry) => {
    const { id } = entry;
    const isOnTheWay = groups.has(id.member) && above(id.role).has(member);
    const ours = isOnTheWay && !expected.has(keyOf(id)) && severityFor(input, id.member) !== undefined;
    const held = ours ? withoutCreators(input, entry) : undefined;
    return held === undefined ? [] : endMembership(input, held);
  });
}

/** An option that the manifest does not set is as the applied migrations have it, or else as it is. */
function unsaid(
  { live, applied }: LiveInput,
  { id, attrs }: Membership,
  name: 'inherit' | 'set',
): boolean | null {
  const made = applied && find<MembershipId, MembershipAttributes>(applied, id)?.attrs[name];
  return live.serverVersion < 160000 ? attrs[name] : (made ?? attrs[name]);
}

/** What the role cannot do for want of it: what the manifest grants to the group. */
function consequence(input: LiveInput, { role, member }: MembershipId): string {
  const lost: GrantId[] = [];
  for (const { entry, because } of input.expected.all())
    if (
      entry.id.kind === 'grant' &&
      because.as === 'grant' &&
      because.to === role &&
      entry.id.on.kind !== 'schema'
    )
      if (!input.access.holds(member, entry.id.privilege, entry.id.on)) lost.push(entry.id);
  lost.sort((a, b) => (keyOf(a.on) < keyOf(b.on) ? -1 : keyOf(a.on) > keyOf(b.on) ? 1 : 0));
  return lost.length === 0 ? '' : `, and so lacks ${describeGrants(lost, input.live.serverVersion)}`;
}

function* stray(input: LiveInput, held: Membership): Generator<Found> {
  const entry = withoutCreators(input, held);
  if (entry === undefined) return;
  const { id, attrs } = entry;
  const { manifest } = input;
  if (input.expected.has(keyOf(id))) return;
  // Of groups that the manifest does not declare, only what our own roles are in is our business.
  if (!manifest.roles.has(id.role) && !manifest.roles.has(id.member)) return;
  const severity = severityFor(input, id.member);
  if (severity === undefined || isMigrators(input, entry)) return;
  const [member, role] = [identifier(id.member), identifier(id.role)];
  yield {
    domain: null,
    ofServer: true,
    subject: member,
    discriminator: `stray ${role}`,
    message: `${member} is a member of ${role}, which the manifest does not declare${attrs.admin ? '; it may add others (ADMIN OPTION)' : ''}`,
    consequence: gainedByMembership(input, entry),
    help: manifest.roles.has(id.member)
      ? `Revoke it, or declare it under roles.${id.member}.memberOf.`
      : helpAboutOther(input, id.member),
    severity,
    fix: endMembership(input, entry),
    ...(manifest.roles.has(id.member) ? { path: manifest.roles.get(id.member)!.path } : {}),
  };
}

/** Who applies the migrations, and so owns a history, must be a member of the owners that it gives the objects to. */
function isMigrators(input: LiveInput, { id, attrs }: Membership): boolean {
  return (
    !attrs.admin &&
    domainsIn(input.manifest, input.database).some(
      (domain) => ownersOf(domain).includes(id.role) && migratorsOf(input, [domain]).includes(id.member),
    )
  );
}

const plain = ({ id, attrs }: Membership): Entry => ({ id, attrs: { ...attrs } });
