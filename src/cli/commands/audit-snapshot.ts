/** `dbctl audit snapshot`: the live database's catalog as a file, for `diff`, `audit diff` and for the record. */
import { inputError } from '../../core/model/problem.ts';
import { printSnapshot } from '../../files/snapshot.ts';
import type { Context, ExitStatus } from '../context.ts';
import { readLive } from '../live.ts';

/** Prints the snapshot: the same bytes for the same catalog. */
export async function auditSnapshot(context: Context): Promise<ExitStatus> {
  const all = await readLive(context);
  const [live, ...others] = all;
  if (live === undefined || others.length > 0)
    throw inputError({
      message: `a snapshot is of one database, and the domains lie in ${all.length}: ${all.map(({ catalog }) => catalog.source).join(', ')}`,
      help: 'Add --domain <name>: its database is taken.',
    });
  for (const { object, why } of live.catalog.notAnalysed) context.log(`not analysed: ${object}: ${why}`);
  context.out(printSnapshot(live.catalog));
  return 0;
}
