/** `dbctl lint`: the migrations, or with --live the databases, against the manifest. */
import { usesOf } from '../../core/bodies/uses.ts';
import { domainsIn } from '../../core/manifest/domain-of.ts';
import type { Catalog } from '../../core/model/catalog.ts';
import { inputError } from '../../core/model/problem.ts';
import { domainOrder } from '../../core/migration/order.ts';
import { liveRules, staticRules } from '../../core/rules/index.ts';
import { type LiveInput, liveInput } from '../../core/rules/input.ts';
import { fails } from '../../core/rules/run.ts';
import { withConnection } from '../../db/connect.ts';
import { introspect } from '../../db/introspect/introspect.ts';
import type { Context, ExitStatus } from '../context.ts';
import { readProjectMigrations } from '../migration-files.ts';
import { type Judged, type Judgement, judge } from '../judgement.ts';
import { findingsJson, findingsText } from '../reporters/findings.ts';
import { replayedState } from '../states.ts';
import { type Project, openProject, withTargets } from '../target.ts';

/** Prints the findings. 1: an error or a warning stands that nobody waived. */
export async function lint(
  context: Context,
  options: Readonly<Record<string, unknown>>,
  paths?: unknown,
): Promise<ExitStatus> {
  if (Array.isArray(paths) && paths.length > 0)
    throw inputError({
      message: 'lint does not take single paths yet',
      help: 'Leave the paths out: the whole project is checked.',
    });
  const live = options['live'] === true;
  const findings = live ? await lintLive(context) : await lintMigrations(context);
  if (context.global.format === 'json')
    context.out(JSON.stringify(findingsJson('lint', findings.all), null, 2));
  else context.out(findingsText(findings.all, findings.checked, context));
  return fails(findings.all) ? 1 : 0;
}

async function lintLive(context: Context): Promise<Judgement> {
  return withTargets(context, async (targets, project) => {
    const judged: Judged<LiveInput>[] = [];
    for (const { database, address, domains, cluster, server } of targets) {
      const live = await withConnection(
        address,
        { applicationName: 'dbctl lint', readOnly: true },
        introspect,
      );
      const selected = [...domains.map(({ name }) => name), ...(cluster ? [null] : [])];
      judged.push({
        input: await inputOf(context, project, database, live),
        domains: context.global.domains.length === 0 ? undefined : new Set(selected),
        server,
      });
    }
    return judge(context, project, judged, liveRules);
  });
}

const inputOf = async (context: Context, { manifest }: Project, database: string, live: Catalog) =>
  liveInput({ manifest, database, live, uses: await usesOf(live), now: context.now() });

/** What the migrations make, without a live database: rules about structure only, because roles and partitions live elsewhere. */
async function lintMigrations(context: Context): Promise<Judgement> {
  const project = await openProject(context);
  const { manifest } = project;
  const migrations = await readProjectMigrations(project, domainOrder(manifest));
  const judged: Judged<LiveInput>[] = [];
  const selected = context.global.domains;
  for (const database of manifest.databases.keys()) {
    if (domainsIn(manifest, database).length === 0) continue;
    const made = await replayedState(context, project, migrations, database);
    judged.push({
      input: await inputOf(context, project, database, made),
      domains: selected.length === 0 ? undefined : new Set(selected),
    });
  }
  return judge(context, project, judged, staticRules);
}
