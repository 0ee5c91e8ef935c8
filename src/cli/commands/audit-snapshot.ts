/** `dbctl audit snapshot`: the live database's catalog as a file, for `diff` and for the record. */
import { inputError } from '../../core/model/problem.ts';
import { connect } from '../../db/connect.ts';
import { introspect } from '../../db/introspect/introspect.ts';
import { printSnapshot } from '../../files/snapshot.ts';
import type { Context, ExitStatus } from '../context.ts';
import { withTargets } from '../target.ts';

/** Prints the snapshot: the same bytes for the same catalog. */
export async function auditSnapshot(context: Context): Promise<ExitStatus> {
  await withTargets(context, async (targets) => {
    const [target, ...others] = targets;
    if (target === undefined || others.length > 0)
      throw inputError({
        message: `a snapshot is of one database, and the domains lie in ${targets.length}: ${targets.map(({ database }) => database).join(', ')}`,
        help: 'Add --domain <name>: its database is taken.',
      });
    const connection = await connect(target.address, { applicationName: 'dbctl audit', readOnly: true });
    try {
      const catalog = await introspect(connection);
      for (const { object, why } of catalog.notAnalysed) context.log(`not analysed: ${object}: ${why}`);
      context.out(printSnapshot(catalog));
    } finally {
      await connection.close();
    }
  });
  return 0;
}
