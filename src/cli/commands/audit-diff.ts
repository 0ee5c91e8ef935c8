/** `dbctl audit diff`: two snapshots, or a snapshot and the live database. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { accessChanges, roleChanges } from '../../core/access/change.ts';
import { accessOf } from '../../core/access/effective.ts';
import type { World } from '../../core/access/path.ts';
import { inputError } from '../../core/model/problem.ts';
import { readSnapshot } from '../../files/snapshot.ts';
import type { Context, ExitStatus } from '../context.ts';
import { readLive } from '../live.ts';
import { accessDiffJson, accessDiffText } from '../reporters/access-diff.ts';

/** Prints who gained and who lost what, and why. Ends with 1 if anybody did. */
export async function auditDiff(
  context: Context,
  _options: Readonly<Record<string, unknown>>,
  a: string | undefined,
  b: string | undefined,
): Promise<ExitStatus> {
  const [before, after] = [await worldOf(context, a!), await worldOf(context, b!)];
  const changes = accessChanges(before, after);
  const roles = roleChanges(before, after);
  const names = { from: before.catalog.source, to: after.catalog.source };
  if (context.global.format === 'json')
    context.out(JSON.stringify(accessDiffJson(names, changes, roles), null, 2));
  else context.out(accessDiffText(names, changes, roles, context.outColour));
  return changes.length + roles.length === 0 ? 0 : 1;
}

async function worldOf(context: Context, source: string): Promise<World> {
  if (source !== 'live') {
    const file = resolve(context.cwd, source);
    if ((await stat(file).catch(() => undefined))?.isFile() !== true)
      throw inputError({
        message: `${source}: there is no such file`,
        help: 'Name a file that `dbctl audit snapshot` wrote, or `live`.',
      });
    const catalog = await readSnapshot(file, source);
    return { catalog, access: accessOf(catalog) };
  }
  const all = await readLive(context);
  if (all.length === 1) return all[0]!;
  throw inputError({
    message: `a snapshot is of one database, and the domains lie in ${all.length}: ${all.map(({ catalog }) => catalog.source).join(', ')}`,
    help: 'Add --domain <name>: its database is compared.',
  });
}
