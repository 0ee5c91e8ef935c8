/** `dbctl partitions`: what the partition sets have and lack, and the making of what is due. */
import { planSets } from '../../core/partitions/sets.ts';
import { withConnection } from '../../db/connect.ts';
import { introspect } from '../../db/introspect/introspect.ts';
import { countRows, ensurePartitions } from '../../db/partitions.ts';
import type { Context, ExitStatus } from '../context.ts';
import { type ReportedSet, isComplete, reportSet, setText, unplannedSet } from '../reporters/partitions.ts';
import { withTargets } from '../target.ts';

const applicationName = 'dbctl partitions';

/** Prints every set of the selected domains. 1: some period has no partition. */
export async function partitionsStatus(context: Context): Promise<ExitStatus> {
  const sets = await withTargets(context, async (targets, { manifest }) => {
    const found: ReportedSet[] = [];
    for (const { database, address, domains } of targets) {
      await withConnection(address, { applicationName, readOnly: true }, async (connection) => {
        const live = await introspect(connection);
        for (const { domain, set, plan } of planSets(manifest, database, live, context.now())) {
          if (!domains.includes(domain)) continue;
          if (plan === 'absent')
            found.push(unplannedSet(domain.schema, set, 'the table is not in the database'));
          else if ('mismatch' in plan)
            found.push(unplannedSet(domain.schema, set, `the table ${plan.mismatch}`));
          else found.push(reportSet(plan, await countRows(connection, [plan])));
        }
      });
    }
    return found;
  });
  if (context.global.format === 'json')
    context.out(JSON.stringify({ version: 1, command: 'partitions status', sets }, null, 2));
  else if (sets.length === 0) context.out('The manifest declares no partition sets.');
  else context.out(sets.map((set) => setText(set, context)).join('\n\n'));
  return sets.every(isComplete) ? 0 : 1;
}

/** Makes the partitions that are due; with --dry-run prints the SQL. */
export async function partitionsEnsure(
  context: Context,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitStatus> {
  const dryRun = options['dryRun'] === true;
  const sql = await withTargets(context, async (targets, { manifest }) => {
    const run: string[] = [];
    for (const { database, address, domains } of targets) {
      const made = await withConnection(address, { applicationName, readOnly: dryRun }, (connection) =>
        ensurePartitions(connection, manifest, database, context.now(), {
          dryRun,
          log: context.log,
          debug: context.debug,
          domains: new Set(domains.map(({ name }) => name)),
        }),
      );
      run.push(...made);
    }
    return run;
  });
  if (context.global.format === 'json')
    context.out(JSON.stringify({ version: 1, command: 'partitions ensure', dryRun, sql }, null, 2));
  else if (dryRun)
    context.out(sql.length === 0 ? '-- No partition is due.' : sql.map((each) => `${each};`).join('\n'));
  else if (sql.length === 0) context.log('No partition is due.');
  return 0;
}
