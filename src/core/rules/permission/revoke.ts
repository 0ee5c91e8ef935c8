/**
 * REVOKE that takes effect. A REVOKE by the owner or a superuser takes away only what the owner granted: what a
 * holder of the grant option has passed on, that holder must take back, and what the grantee passed on goes along.
 */
import type { GrantAttributes } from '../../kinds/grant.ts';
import type { MembershipAttributes } from '../../kinds/membership.ts';
import { entriesOf } from '../../model/catalog.ts';
import type { Entry, EntryOf } from '../../model/entry.ts';
import { type GrantId, type MembershipId, keyOf } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import { sqlToAlter, sqlToDrop } from '../fix.ts';
import type { LiveInput } from '../input.ts';

type Granted = EntryOf<'grant', GrantAttributes>;

/** @returns the statements that take these grants away, whoever made them. */
export function revoke(input: LiveInput, grants: readonly Granted[]): string[] {
  const cascade = grants.some(({ attrs }) => attrs.grantable) ? ' CASCADE' : '';
  const drop = (some: readonly Granted[]) =>
    sqlToDrop(some.map(plain), input.live).map((sql) => `${sql}${cascade}`);
  return [
    ...drop(grants),
    ...byGrantor(input, grants).flatMap((some) => takenBack(input, some, () => drop(some.grants))),
  ];
}

/** @returns the statements that leave the privilege and take the right to pass it on, with what was passed on by it. */
export function revokeGrantOption(input: LiveInput, grants: readonly Granted[]): string[] {
  const statements = (some: readonly Granted[]) => grantOptionFrom(input, some);
  return [
    ...statements(grants),
    ...byGrantor(input, grants).flatMap((some) => takenBack(input, some, () => statements(some.grants))),
  ];
}

interface Passed {
  readonly grantor: Granted;
  readonly grants: Granted[];
}

/** Who else may have made these grants: every other holder of the grant option, of a column's table too. */
function byGrantor({ live, access }: LiveInput, grants: readonly Granted[]): Passed[] {
  const passed: Passed[] = [];
  for (const grantor of entriesOf<'grant', GrantAttributes>(live, 'grant')) {
    if (!grantor.attrs.grantable || grantor.id.to === access.ownerOf(grantor.id.on)) continue;
    const its = grants.filter(
      ({ id }) =>
        id.privilege === grantor.id.privilege &&
        id.to !== grantor.id.to &&
        (keyOf(id.on) === keyOf(grantor.id.on) ||
          (id.on.kind === 'column' && tableKey(id.on) === keyOf(grantor.id.on))),
    );
    if (its.length > 0) passed.push({ grantor, grants: its });
  }
  return passed;
}

/** In the grantor's name, if it is to keep its grant option; else that goes, and with it all that it passed on. */
function takenBack(input: LiveInput, { grantor }: Passed, statements: () => string[]): string[] {
  const keeps = input.expected.get(keyOf(grantor.id))?.entry.attrs['grantable'] === true;
  if (!keeps) return grantOptionFrom(input, [grantor]);
  return [`SET ROLE ${identifier(grantor.id.to)}`, ...statements(), 'RESET ROLE'];
}

const grantOptionFrom = ({ live }: LiveInput, grants: readonly Granted[]): string[] =>
  grants
    .flatMap((each) => sqlToAlter(plain(each), { id: each.id, attrs: { grantable: false } }, live))
    .map((sql) => `${sql} CASCADE`);

const plain = ({ id, attrs }: Granted): Entry => ({ id, attrs: { ...attrs } });

const tableKey = ({ schema, table }: Extract<GrantId['on'], { kind: 'column' }>) =>
  keyOf({ kind: 'table', schema, name: table });

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
