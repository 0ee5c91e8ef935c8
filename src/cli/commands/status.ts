/** `dbctl status`: what is applied, what is pending, and what does not fit. Writes nothing. */
import { readStatus } from '../../db/migrate/migrate.ts';
import type { Context, ExitStatus } from '../context.ts';
import { readSource, sitesOf } from '../migration-run.ts';
import { statusJson, statusText } from '../reporters/status.ts';
import { withTargets } from '../target.ts';

/** 1: something is pending or wrong. */
export async function status(context: Context): Promise<ExitStatus> {
  const statuses = await withTargets(context, async (targets, project) =>
    readStatus(sitesOf(targets, project), await readSource(project)),
  );
  if (context.global.format === 'json') context.out(JSON.stringify(statusJson(statuses), null, 2));
  else context.out(statusText(statuses, context));
  return statuses.every(({ pending, problems }) => pending.length + problems.length === 0) ? 0 : 1;
}
