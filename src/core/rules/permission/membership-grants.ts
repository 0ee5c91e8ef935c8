/**
 * Memberships as they were granted. From 16 on the server keeps a row for each grantor, with its own options; each is
 * given and taken in its grantor's name. What a member has let in by its ADMIN OPTION is taken one by one, and who is
 * to stay is let in otherwise before. 15 keeps one row, and whoever granted it.
 */
import type { MembershipAttributes, MembershipGiven } from '../../kinds/membership.ts';
import type { RoleAttributes } from '../../kinds/role.ts';
import { entriesOf, find } from '../../model/catalog.ts';
import type { Entry, EntryOf } from '../../model/entry.ts';
import { type RoleId, keyOf } from '../../model/id.ts';
import { identifier } from '../../../sql/quote.ts';
import { sqlToAlter, sqlToCreate, sqlToDrop } from '../fix.ts';
import type { LiveInput } from '../input.ts';

export type Membership = EntryOf<'membership', MembershipAttributes>;

/** @returns what each grantor gave; none on 15. */
export function rowsOf({ live }: Pick<LiveInput, 'live'>, { aside }: Membership): readonly MembershipGiven[] {
  return live.serverVersion < 160000 ? [] : ((aside?.['given'] ?? []) as readonly MembershipGiven[]);
}

/**
 * From 16 on, who creates a role without being a superuser is made its administrator, by the first superuser: nobody
 * else can take that back, and nothing more is held by it.
 * @returns the membership as it is besides; undefined: that is all of it.
 */
export function withoutCreators(
  { live }: Pick<LiveInput, 'live'>,
  held: Membership | undefined,
): Membership | undefined {
  if (held === undefined) return undefined;
  const rows = rowsOf({ live }, held);
  const creates =
    find<RoleId, RoleAttributes>(live, { kind: 'role', name: held.id.member })?.attrs.createRole === true;
  const rest = creates ? rows.filter((row) => !isCreators(row, held)) : rows;
  if (rest.length === rows.length) return held;
  if (rest.length === 0) return undefined;
  const has = (name: 'admin' | 'inherit' | 'set') => rest.some((row) => row[name] === true);
  const attrs = { admin: has('admin'), inherit: has('inherit'), set: has('set') };
  return { ...held, attrs, aside: { ...held.aside, given: rest, isCreator: true } };
}

const isCreators = ({ admin, inherit, set, grantor }: MembershipGiven, { id }: Membership): boolean =>
  admin && inherit === false && set === false && grantor !== id.member;

/** @param held without its creator's own row. @returns the statements that end it, whoever granted it. */
export function endMembership(input: LiveInput, held: Membership): string[] {
  const rows = rowsOf(input, held);
  if (rows.length === 0) return sqlToDrop([plain(held)], input.live);
  return [...withoutThoseLetIn(input, held), ...rows.map(({ grantor }) => revokeRow(held, grantor))];
}

/** @returns the statements after which a membership is one row, with these options. @param wanted with no option unsaid that the server has. */
export function alterMembership(input: LiveInput, held: Membership, wanted: MembershipAttributes): string[] {
  const rows = rowsOf(input, held);
  const to: Entry = { id: held.id, attrs: { ...wanted } };
  if (rows.length === 0) return sqlToAlter(plain(held), to, input.live);
  const options = ['admin', 'inherit', 'set'] as const;
  const kept = rows.find((row) => options.every((name) => row[name] === wanted[name])) ?? rows[0]!;
  const others = rows.filter((row) => row !== kept);
  const letIn = held.attrs.admin && !wanted.admin ? withoutThoseLetIn(input, held) : [];
  const { role, member } = held.id;
  const by = ` GRANTED BY ${identifier(kept.grantor)}`;
  const given = options
    .filter((name) => kept[name] !== wanted[name] && (name !== 'admin' || wanted.admin))
    .map((name) => `${name.toUpperCase()} ${wanted[name] === true ? 'TRUE' : 'FALSE'}`);
  return [
    ...(given.length === 0
      ? []
      : [`GRANT ${identifier(role)} TO ${identifier(member)} WITH ${given.join(', ')}${by}`]),
    ...letIn,
    ...(kept.admin && !wanted.admin
      ? [`REVOKE ADMIN OPTION FOR ${identifier(role)} FROM ${identifier(member)}${by}`]
      : []),
    ...others.map(({ grantor }) => revokeRow(held, grantor)),
  ];
}

/** Those whom a member has let in, and whom they have. */
function withoutThoseLetIn(
  input: LiveInput,
  { id, attrs, aside }: Membership,
  before: readonly string[] = [],
): string[] {
  // Who created the role stays its administrator, and those whom it let in stay.
  if (!attrs.admin || aside?.['isCreator'] === true || before.includes(id.member)) return [];
  const statements: string[] = [];
  for (const other of entriesOf<'membership', MembershipAttributes>(input.live, 'membership')) {
    if (other.id.role !== id.role) continue;
    const rows = rowsOf(input, other);
    const own = rows.find(({ grantor }) => grantor === id.member);
    if (own === undefined) continue;
    const wanted = input.expected.get(keyOf(other.id))?.entry;
    if (wanted !== undefined && rows.length === 1) statements.push(...sqlToCreate([wanted], input.live));
    else if (own.admin && !rows.some((row) => row !== own && row.admin))
      statements.push(...withoutThoseLetIn(input, other, [...before, id.member]));
    statements.push(revokeRow(other, id.member));
  }
  return statements;
}

const revokeRow = ({ id }: Membership, grantor: string): string =>
  `REVOKE ${identifier(id.role)} FROM ${identifier(id.member)} GRANTED BY ${identifier(grantor)}`;

const plain = ({ id, attrs }: Membership): Entry => ({ id, attrs: { ...attrs } });
