/** `dbctl roles remove`: a role goes from its server, after what it owns and holds in every database. */
import { removalOf } from '../../core/access/removal.ts';
import { operationalError } from '../../core/model/problem.ts';
import { StatementError, runAtOnce } from '../../db/at-once.ts';
import { describeAddress, withConnection } from '../../db/connect.ts';
import { consentTo } from '../confirm.ts';
import type { Context, ExitStatus } from '../context.ts';
import { withPlaces } from '../live.ts';
import { type ServerRemoval, removalJson, removalText } from '../reporters/removal.ts';
import { type RoleSite, requireUnnamed, roleSites } from '../role-sites.ts';

/** Shows what it does and what is lost; does it with consent. */
export async function removeRole(
  context: Context,
  options: Readonly<Record<string, unknown>>,
  role: string | undefined,
): Promise<ExitStatus> {
  const name = role!;
  const to = options['reassignTo'] as string | undefined;
  const dryRun = options['dryRun'] === true;
  const removals = await withPlaces(context, async (places, under) => {
    if (under !== undefined) await requireUnnamed(name, under);
    const sites = await roleSites(
      places.map(({ address }) => address),
      name,
      to,
    );
    const planned = sites.map(({ address: server, about, databases, first }: RoleSite): ServerRemoval => ({
      server,
      ...removalOf(name, to, about, databases, server.database, first),
    }));
    if (dryRun) return planned;
    const losses = planned.flatMap((each) => each.losses);
    await consentTo(context, losses, options['allowDestructive'] === true, 'access');
    for (const each of planned) await run(context, name, each);
    return planned;
  });
  if (context.global.format === 'json')
    context.out(JSON.stringify(removalJson(name, to, dryRun, removals), null, 2));
  else context.out(dryRun ? removalText(removals) : `removed role ${name}`);
  return 0;
}

async function run(context: Context, role: string, { server, steps }: ServerRemoval): Promise<void> {
  for (const { database, sql } of steps) {
    const address = { ...server, database };
    try {
      await withConnection(address, { applicationName: 'dbctl roles' }, async (connection) => {
        for (const each of sql) context.log(`${database}: ${each};`);
        await runAtOnce(connection, 'dbctl roles', sql, context.signal);
      });
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      throw operationalError(
        {
          message: `role ${role} is not removed: in ${describeAddress(address)}, ${error.message} (in: ${error.statement})`,
          help: 'What was done before stands, and is not needed again: see to this, and run the command once more.',
        },
        error,
      );
    }
  }
}
