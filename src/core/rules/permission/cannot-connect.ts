import { carriersOf, loginsAllowed, loginsOf } from '../../manifest/logins.ts';
import { isUnmanagedRole } from '../../manifest/unmanaged.ts';
import type { Entry } from '../../model/entry.ts';
import type { Found, Rule } from '../../model/finding.ts';
import { type DatabaseId, type GrantId, keyOf } from '../../model/id.ts';
import { onceOf } from '../../model/once-of.ts';
import { identifier } from '../../../sql/quote.ts';
import { sqlToCreate } from '../fix.ts';
import type { LiveInput } from '../input.ts';
import { listOf, subjectOf } from '../wording.ts';
import { exists } from './who.ts';

export const cannotConnect: Rule<LiveInput> = {
  name: 'permission/cannot-connect',
  severity: 'error',
  summary: 'a declared login has no CONNECT on its database',
  why: 'It is refused before its first statement: whatever the manifest grants to it there does nothing.',
  *check(input) {
    const refused: string[] = [];
    const undeclared: string[] = [];
    for (const role of lacking(input))
      if (exists(input, role))
        (input.access.holds(role, 'connect', database) ? undeclared : refused).push(role);
    if (refused.length > 0)
      yield tell(
        input,
        refused,
        `${listOf(refused.map(identifier))} may not connect to the database: CONNECT is granted neither to PUBLIC nor to ${refused.length === 1 ? 'it' : 'them'}, and to no group of ${refused.length === 1 ? 'its' : 'theirs'}`,
      );
    if (undeclared.length > 0)
      yield tell(
        input,
        undeclared,
        `${listOf(undeclared.map(identifier))} may connect to the database by nothing but what the manifest does not declare`,
      );
  },
};

function tell(input: LiveInput, roles: readonly string[], message: string): Found {
  const [first] = roles as [string];
  return {
    domain: null,
    subject: subjectOf([connectOf(first)]),
    discriminator: `connect: ${roles.map(identifier).sort().join(', ')}`,
    message,
    help: 'Grant CONNECT on the database to the login, to a group that it is declared to be in, or to PUBLIC.',
    fix: sqlToCreate(
      roles.flatMap((role) => connectGrants(input, role)),
      input.live,
    ),
    path: input.manifest.roles.get(first)!.path,
  };
}

const database: DatabaseId = { kind: 'database' };
const connectOf = (to: string): GrantId => ({ kind: 'grant', on: database, to, privilege: 'connect' });

/** @returns what lets a role connect to the database that is to, and would not be let once all else is as declared. */
export function connectGrants(input: LiveInput, role: string): Entry[] {
  return lacking(input).has(role) ? [{ id: connectOf(role), attrs: { grantable: false } }] : [];
}

/** @returns whether somebody is granted CONNECT who is to connect, or who lets others by it: a privilege that no declaration can ask for. */
export const letsIn = (input: LiveInput, to: string): boolean => allowed(input).has(to);

const allowed = onceOf(({ manifest, database: name }: LiveInput): ReadonlySet<string> => {
  const logins = loginsAllowed(manifest, name);
  return new Set(logins.flatMap((login) => carriersOf(manifest, login.name)));
});

/** The logins that would not be let in, once every other finding is mended. */
const lacking = onceOf((input: LiveInput): ReadonlySet<string> => {
  const { manifest, access, applied, expected } = input;
  const granted = access.aclOf(database).get('connect') ?? new Map<string, unknown>();
  const isDeclared = (to: string) => expected.get(keyOf(connectOf(to))) !== undefined;
  if (granted.has('public') && (applied === undefined || isDeclared('public'))) return new Set();
  // What the migrations grant, and is gone, is told as missing.
  const stays = (role: string) => isDeclared(role) || granted.has(role);
  return new Set(
    loginsOf(manifest, input.database)
      .map(({ name }) => name)
      .filter((name) => {
        const others = access.memberships
          .inheritedBy(name)
          .filter((group) => isUnmanagedRole(manifest, group));
        return ![...carriersOf(manifest, name), ...others].some(stays);
      }),
  );
});
