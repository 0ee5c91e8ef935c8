/** `dbctl status`: what is applied, what is pending, and what does not fit. Writes nothing. */
import { readStatus } from '../../db/migrate/migrate.ts';
import { unrecordedDomains } from '../../db/migrate/unrecorded.ts';
import type { Context, ExitStatus } from '../context.ts';
import { readSource, sitesOf } from '../migration-run.ts';
import { statusJson, statusText } from '../reporters/status.ts';
import { withTargets } from '../target.ts';

/** 1: something is pending or wrong. */
export async function status(context: Context): Promise<ExitStatus> {
  const { statuses, unrecorded } = await withTargets(context, async (targets, project) => {
    const sites = sitesOf(targets, project);
    const read = await readStatus(sites, await readSource(project));
    const isNew = read.some(({ applied, pending }) => applied.length === 0 && pending.length > 0);
    return { statuses: read, unrecorded: new Set(isNew ? await unrecordedDomains(sites) : []) };
  });
  if (context.global.format === 'json')
    context.out(JSON.stringify(statusJson(statuses, unrecorded), null, 2));
  else context.out(statusText(statuses, unrecorded, context));
  return statuses.every(({ pending, problems }) => pending.length + problems.length === 0) ? 0 : 1;
}
