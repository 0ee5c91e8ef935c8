/**
 * REVOKE that takes effect. A REVOKE by the owner or a superuser takes away only what the owner granted: what a
 * holder of the grant option has passed on, that holder must take back, and what the grantee passed on goes along.
 */
import type { GrantAttributes } from '../../kinds/grant.ts';
import type { MembershipAttributes } from '../../kinds/membership.ts';
import { entriesOf } from '../../model/catalog.ts';
import type { EntryOf } from '../../model/entry.ts';
import { type GrantId, type MembershipId, keyOf } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import { sqlToAlter, sqlToDrop } from '../fix.ts';
import type { LiveInput } from '../input.ts';

type Granted = EntryOf<'grant', GrantAttributes>;

/** @returns the statements that take these grants away, whoever made them. */
export function revoke(input: LiveInput, grants: readonly Granted[]): string[] {
  const drop = (some: readonly Granted[]) =>
    sqlToDrop(
      some.map(({ id, attrs }) => ({ id, attrs: { ...attrs } })),
      input.live,
    );
  const cascade = grants.some(({ attrs }) => attrs.grantable) ? ' CASCADE' : '';
  const byGrantor = new Map<string, Granted[]>();
  for (const each of grants)
    for (const grantor of grantorsBesidesOwner(input, each.id))
      byGrantor.set(grantor, [...(byGrantor.get(grantor) ?? []), each]);
  return [
    ...drop(grants).map((sql) => `${sql}${cascade}`),
    ...[...byGrantor].flatMap(([grantor, some]) =>
      as(
        grantor,
        drop(some).map((sql) => `${sql}${cascade}`),
      ),
    ),
  ];
}

/** @returns the statements that leave the privilege and take the right to pass it on, with what was passed on by it. */
export function revokeGrantOption(input: LiveInput, { id, attrs }: Granted): string[] {
  const sql = sqlToAlter({ id, attrs: { ...attrs } }, { id, attrs: { grantable: false } }, input.live).map(
    (each) => `${each} CASCADE`,
  );
  return [...sql, ...grantorsBesidesOwner(input, id).flatMap((grantor) => as(grantor, sql))];
}

/** Who else may have made the grant: every other holder of the grant option, of the column's table too. */
function grantorsBesidesOwner({ live, access }: LiveInput, { on, to, privilege }: GrantId): string[] {
  const owner = access.ownerOf(on);
  const places = new Set([keyOf(on), ...(on.kind === 'column' ? [tableKey(on)] : [])]);
  const grantors: string[] = [];
  for (const { id, attrs } of entriesOf<'grant', GrantAttributes>(live, 'grant'))
    if (
      attrs.grantable &&
      id.privilege === privilege &&
      places.has(keyOf(id.on)) &&
      id.to !== owner &&
      id.to !== to
    )
      grantors.push(id.to);
  return [...new Set(grantors)].sort();
}

const tableKey = ({ schema, table }: Extract<GrantId['on'], { kind: 'column' }>) =>
  keyOf({ kind: 'table', schema, name: table });

function as(role: string, statements: readonly string[]): string[] {
  return [`SET ROLE ${identifier(role)}`, ...statements, 'RESET ROLE'];
}

/**
 * @returns the statements that end a membership, whoever granted it. From 16 on a membership has grantors, and each
 * grant must be taken back in its grantor's name; naming one who granted nothing draws a warning and does no harm.
 */
export function revokeMembership(
  { live, access }: LiveInput,
  { id, attrs }: EntryOf<'membership', MembershipAttributes>,
): string[] {
  const [sql] = sqlToDrop([{ id, attrs: { ...attrs } }], live);
  if (live.serverVersion < 160000) return [sql!];
  const cascade = attrs.admin ? ' CASCADE' : '';
  const admins: string[] = [];
  for (const other of entriesOf<'membership', MembershipAttributes>(live, 'membership')) {
    const { role, member }: MembershipId = other.id;
    if (role === id.role && other.attrs.admin && member !== id.member && !access.isSuperuser(member))
      admins.push(member);
  }
  return [
    `${sql}${cascade}`,
    ...admins.sort().map((admin) => `${sql} GRANTED BY ${identifier(admin)}${cascade}`),
  ];
}
