/** `dbctl rollback`: takes applied migrations back, the newest first. */
import { scriptOf } from '../../core/migration/script.ts';
import type { Reach } from '../../core/migration/take-back.ts';
import { inputError } from '../../core/model/problem.ts';
import { planRollback, rollback as rollbackDatabases } from '../../db/migrate/migrate.ts';
import type { Context, ExitStatus } from '../context.ts';
import { named, readSource, runOptions, sitesOf, versionOption } from '../migration-run.ts';
import { withTargets } from '../target.ts';

export async function rollback(
  context: Context,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitStatus> {
  const reach = reachOf(options);
  const json = context.global.format === 'json';
  return withTargets<ExitStatus>(context, async (targets, project) => {
    const source = await readSource(project);
    const sites = sitesOf(targets, project);
    if (options['dryRun'] === true) {
      const planned = await planRollback(sites, source, reach);
      const scripts = planned.map((step) => scriptOf(step, 'down'));
      const remaining = planned.map(({ database, file }) => named({ ...file, database }));
      const report = { version: 1, command: 'rollback', applied: [], remaining, dryRun: true, sql: scripts };
      if (json) context.out(JSON.stringify(report, null, 2));
      else context.out(scripts.length === 0 ? '-- Nothing is applied.' : scripts.join('\n'));
      return 0;
    }
    const given = options['allowDestructive'] === true;
    const { done, remaining } = await rollbackDatabases(
      sites,
      source,
      reach,
      runOptions(context, source, given),
    );
    if (json)
      context.out(JSON.stringify({ version: 1, command: 'rollback', applied: done, remaining }, null, 2));
    else if (done.length === 0) context.out('Nothing to take back.');
    else context.out(`Took back ${done.length}, ${remaining.length} still applied.`);
    return 0;
  });
}

function reachOf({ steps, to }: Readonly<Record<string, unknown>>): Reach {
  const version = versionOption(to, true);
  if (version !== undefined && steps !== undefined)
    throw inputError({ message: '--steps and --to contradict each other', help: 'Give one of them.' });
  if (version !== undefined) return { to: version };
  const count = steps === undefined ? 1 : Number(steps);
  if (!Number.isInteger(count) || count < 1)
    throw inputError({
      message: `--steps ${String(steps)} is no count`,
      help: 'Write a whole number from 1.',
    });
  return { steps: count };
}
