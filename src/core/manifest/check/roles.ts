/** Roles: their names, whom they belong to, and what is set for them. */
import { closest } from '../../closest.ts';
import type { Manifest, RoleDeclaration } from '../manifest.ts';
import { isUnmanagedRole } from '../unmanaged.ts';
import { type ManifestProblem, error, nameLength, unknown, warning } from './problem.ts';
import { dayOf } from './until.ts';

export function* checkRoles(manifest: Manifest): Generator<ManifestProblem> {
  for (const role of manifest.roles.values()) {
    yield* checkName(manifest, role);
    yield* checkAttributes(role);
    yield* checkSettings(role);
    for (const [at, { role: group, path }] of role.memberOf.entries()) {
      if (!manifest.roles.has(group) && !isUnmanagedRole(manifest, group))
        yield unknown(
          path,
          'role',
          group,
          [...manifest.roles.keys()].filter((each) => each !== role.name),
          `Declare ${group} under roles, or list it under unmanaged.roles, if you mean another.`,
        );
      if (role.memberOf.findIndex((each) => each.role === group) < at)
        yield error(path, `${role.name} is a member of ${group} twice`, 'Delete one of the two.');
    }
  }
  yield* checkCycles(manifest);
}

function* checkName(manifest: Manifest, { name, path }: RoleDeclaration): Generator<ManifestProblem> {
  yield* nameLength(path, 'the role name', name);
  if (name === 'public')
    yield error(
      path,
      'PUBLIC is no role: it stands for every role',
      'Write its grants under the key `public`, beside `roles`.',
    );
  else if (name.startsWith('pg_') || name === 'none')
    yield error(
      path,
      `the role name ${name} is reserved by PostgreSQL`,
      name === 'none'
        ? 'Give the role another name.'
        : 'Give the role another name; to use a predefined role, write it under memberOf.',
    );
  else if (isUnmanagedRole(manifest, name))
    yield error(
      path,
      `the role ${name} is declared, and unmanaged.roles leaves it alone`,
      'Delete the declaration, or narrow the pattern under unmanaged.roles.',
    );
}

function* checkAttributes(role: RoleDeclaration): Generator<ManifestProblem> {
  const { name, path, validUntil } = role;
  if (role.superuser)
    yield warning(
      [...path, 'superuser'],
      `the role ${name} is a superuser: no grant and no boundary holds for it`,
      'Delete `superuser`, and grant what the role needs.',
    );
  if (role.passwordEnv !== undefined && !role.login)
    yield warning(
      [...path, 'password'],
      `the role ${name} has a password, but may not log in`,
      'Add `login: true`, or delete the password.',
    );
  if (validUntil !== undefined && !isTime(validUntil))
    yield error(
      [...path, 'validUntil'],
      `\`${validUntil}\` is no point in time`,
      'Write a date, or a time with its zone: 2027-06-30T00:00:00Z.',
    );
}

const isTime = (text: string) =>
  text === 'infinity' ||
  (dayOf(text.slice(0, 10)) !== undefined && !Number.isNaN(Date.parse(text.replace(' ', 'T'))));

const settingName = /^[a-z_][a-z0-9_$]*(\.[a-z_][a-z0-9_$]*)*$/i;
/** Parameters often set for a role. Far from all that there are: they only serve to recognise a slip. */
const oftenSet = [
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'transaction_timeout',
  'search_path',
  'work_mem',
  'maintenance_work_mem',
  'temp_file_limit',
  'default_transaction_isolation',
  'default_transaction_read_only',
  'log_statement',
  'log_min_duration_statement',
  'application_name',
  'row_security',
  'timezone',
];

function* checkSettings({ name, settings, path }: RoleDeclaration): Generator<ManifestProblem> {
  for (const setting of settings.keys()) {
    const here = [...path, 'settings', setting];
    const near = closest(setting, oftenSet);
    if (!settingName.test(setting))
      yield error(
        here,
        `\`${setting}\` is no name of a parameter`,
        near === undefined
          ? 'Write the name as SHOW ALL prints it: statement_timeout.'
          : `Write \`${near}\`.`,
      );
    else if (near !== undefined && near !== setting.toLowerCase())
      yield warning(
        here,
        `the setting \`${setting}\` of ${name} is not one that is often made — did you mean \`${near}\`?`,
        `Write \`${near}\`, if you mean that.`,
      );
  }
}

/** PostgreSQL refuses a membership that closes a circle. Each circle is told once, where its last membership stands. */
function* checkCycles({ roles }: Manifest): Generator<ManifestProblem> {
  const done = new Set<string>();
  function* visit(name: string, above: readonly string[]): Generator<ManifestProblem> {
    const line = [...above, name];
    for (const { role: group, path } of roles.get(name)?.memberOf ?? []) {
      if (line.includes(group))
        yield error(
          path,
          group === name
            ? `${name} is a member of itself`
            : `the memberships go round in a circle: ${[...line.slice(line.indexOf(group)), group].join(' → ')}`,
          'Take one of these memberships out.',
        );
      else if (!done.has(group)) yield* visit(group, line);
    }
    done.add(name);
  }
  for (const name of roles.keys()) if (!done.has(name)) yield* visit(name, []);
}
