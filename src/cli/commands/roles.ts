/** `dbctl roles set-password`: rotates a role's password. What travels is a SCRAM verifier, never the password. */
import { randomBytes } from 'node:crypto';
import { closest } from '../../core/closest.ts';
import { inputError } from '../../core/model/problem.ts';
import { withConnection } from '../../db/connect.ts';
import { type RolePassword, setPasswords } from '../../db/passwords.ts';
import { askSecret } from '../confirm.ts';
import type { Context, ExitStatus } from '../context.ts';
import { type Project, type Target, onePerServer, withTargets } from '../target.ts';

/** Takes the password from the variable that the manifest names, or from --env; on a terminal it asks. */
export async function setPassword(
  context: Context,
  options: Readonly<Record<string, unknown>>,
  role?: string,
): Promise<ExitStatus> {
  const report = await withTargets(context, async (targets, project) => {
    const declared = declaredRole(project, role ?? '');
    const variable = (options['env'] as string | undefined) ?? declared.passwordEnv;
    const password = await newPassword(context, declared.name, variable);
    const named = { role: declared.name, variable: variable ?? 'the terminal', password };
    let changed = false;
    for (const target of onePerServer(targets)) if (await setOn(target, named)) changed = true;
    return { role: declared.name, changed };
  });
  if (context.global.format === 'json')
    context.out(JSON.stringify({ version: 1, command: 'roles set-password', ...report }, null, 2));
  else
    context.out(
      report.changed ? `set the password of ${report.role}` : `${report.role} has that password already`,
    );
  return 0;
}

/** @returns whether that was not its password already. @throws KnownError (2) where the role is not there. */
function setOn({ address, database }: Target, password: RolePassword): Promise<boolean> {
  return withConnection(address, { applicationName: 'dbctl roles' }, async (connection) => {
    const told: string[] = [];
    const set = await setPasswords(
      connection,
      [password],
      () => randomBytes(16),
      (line) => told.push(line),
    );
    if (set.length === 0 && told.length > 0)
      throw inputError({
        message: `${database}: ${told.join('; ')}`,
        help: 'Make the role first: dbctl migrate.',
      });
    return set.length > 0;
  });
}

function declaredRole({ manifest }: Project, name: string) {
  const declared = manifest.roles.get(name);
  if (declared !== undefined) return declared;
  const near = closest(name, [...manifest.roles.keys()]);
  throw inputError({
    message: `the manifest declares no role ${JSON.stringify(name)}`,
    help: near === undefined ? 'Declare it under roles.' : `Write ${near}, if you mean that.`,
  });
}

async function newPassword(context: Context, role: string, variable: string | undefined): Promise<string> {
  const given = variable === undefined ? undefined : context.env[variable];
  if (given !== undefined && given !== '') return given;
  if (!context.interactive)
    throw inputError({
      message:
        variable === undefined
          ? `there is no new password for ${role}`
          : `there is no new password for ${role}: ${variable} is not set`,
      help: 'Set the variable, or name another with --env; on a terminal you are asked.',
    });
  const [first, second] = [
    await askSecret(context, `New password for ${role}: `),
    await askSecret(context, 'Again: '),
  ];
  if (first === '' || first !== second)
    throw inputError({ message: 'the two are not the same, or empty', help: 'Try again.' });
  return first;
}
