/** `dbctl migrate`: applies what is pending, then sets passwords and makes the partitions that are due. */
import { randomBytes } from 'node:crypto';
import { isUnmanagedRole } from '../../core/manifest/unmanaged.ts';
import { scriptOf } from '../../core/migration/script.ts';
import { operationalError } from '../../core/model/problem.ts';
import { counted, listOf } from '../../core/rules/wording.ts';
import { withConnection } from '../../db/connect.ts';
import { migrate as migrateDatabases, planMigrate, type Source } from '../../db/migrate/migrate.ts';
import { ensurePartitions } from '../../db/partitions.ts';
import { type RolePassword, setPasswords } from '../../db/passwords.ts';
import { roleNames } from '../../db/role-dependencies.ts';
import { identifier } from '../../sql/quote.ts';
import { adoptDatabases } from '../adopt.ts';
import type { Context, ExitStatus } from '../context.ts';
import { named, readSource, runOptions, sitesOf, versionOption } from '../migration-run.ts';
import { type Project, type Target, onePerServer, withTargets } from '../target.ts';

export async function migrate(
  context: Context,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitStatus> {
  const to = versionOption(options['to']);
  return withTargets(context, async (targets, project) => {
    const source = await readSource(project);
    if (options['adopt'] === true)
      return adoptDatabases(context, targets, project, source, {
        to,
        isDry: options['dryRun'] === true,
        allowsExtra: options['allowExtra'] === true,
      });
    if (options['dryRun'] === true) return dryRun(context, targets, project, source, to);
    await requireRolesElsewhere(targets, project);
    const { done, remaining } = await migrateDatabases(
      sitesOf(targets, project),
      source,
      to,
      runOptions(context, source, options['allowDestructive'] === true),
    );
    // Of roles nothing is set where only domains are selected.
    const setters = targets.some(({ cluster }) => cluster) ? onePerServer(targets) : [];
    for (const target of targets) await finish(context, target, project, setters.includes(target));
    if (context.global.format === 'json')
      context.out(JSON.stringify({ version: 1, command: 'migrate', applied: done, remaining }, null, 2));
    else if (done.length === 0 && remaining.length === 0)
      context.out('Nothing to do: every migration is applied.');
    else context.out(`Applied ${done.length}, ${remaining.length} pending.`);
    return 0;
  });
}

/** The migrations make roles on one server. @throws KnownError (3) where another lacks one. */
async function requireRolesElsewhere(targets: readonly Target[], { manifest }: Project): Promise<void> {
  const wanted = [...manifest.roles.keys()].filter((name) => !isUnmanagedRole(manifest, name));
  const [home, ...others] = onePerServer(targets);
  for (const { address, database } of others) {
    const options = { applicationName: 'dbctl migrate', readOnly: true };
    const known = new Set(await withConnection(address, options, roleNames));
    const missing = wanted.filter((name) => !known.has(name));
    if (missing.length > 0)
      throw operationalError({
        message: `the server of database ${database} lacks ${counted(missing.length, 'role')}: ${listOf(missing.map(identifier))}. The migrations make roles on the server of ${home!.database} alone.`,
        help: 'Run dbctl drift --fix, which makes them there too, then dbctl migrate again.',
      });
  }
}

/**
 * What the manifest wants and no migration can hold: passwords, and partitions that come with time.
 * @param setsPasswords true once for each server.
 */
async function finish(
  context: Context,
  target: Target,
  { manifest }: Project,
  setsPasswords: boolean,
): Promise<void> {
  await withConnection(target.address, { applicationName: 'dbctl migrate' }, async (connection) => {
    if (setsPasswords) {
      const set = await setPasswords(
        connection,
        passwordsOf(context, manifest),
        () => randomBytes(16),
        context.log,
      );
      if (set.length > 0) context.log(`passwords set: ${set.join(', ')}`);
    }
    await ensurePartitions(connection, manifest, target.database, context.now(), {
      dryRun: false,
      log: context.log,
      debug: context.debug,
      domains: new Set(target.domains.map(({ name }) => name)),
    });
  });
}

function passwordsOf({ env }: Context, { roles }: Project['manifest']): RolePassword[] {
  return [...roles.values()].flatMap(({ name, passwordEnv }) =>
    passwordEnv === undefined ? [] : [{ role: name, variable: passwordEnv, password: env[passwordEnv] }],
  );
}

/** Prints the SQL that would run; touches nothing. */
async function dryRun(
  context: Context,
  targets: readonly Target[],
  project: Project,
  source: Source,
  to: string | undefined,
): Promise<ExitStatus> {
  const planned = await planMigrate(sitesOf(targets, project), source, to);
  const scripts = planned.map((step) => scriptOf(step, 'up'));
  if (context.global.format === 'json') {
    const remaining = planned.map(({ database, file }) => named({ ...file, database }));
    const report = { version: 1, command: 'migrate', applied: [], remaining, dryRun: true, sql: scripts };
    context.out(JSON.stringify(report, null, 2));
  } else context.out(scripts.length === 0 ? '-- Nothing is pending.' : scripts.join('\n'));
  return 0;
}
