/** `dbctl lint`: the migrations, or with --live the databases, against the manifest. */
import { resolve } from 'node:path';
import { usesOf } from '../../core/bodies/uses.ts';
import { domainsIn } from '../../core/manifest/domain-of.ts';
import type { Catalog } from '../../core/model/catalog.ts';
import type { Finding } from '../../core/model/finding.ts';
import { inputError } from '../../core/model/problem.ts';
import { domainOrder } from '../../core/migration/order.ts';
import { liveRules } from '../../core/rules/index.ts';
import { liveInput } from '../../core/rules/input.ts';
import { fails, inOrder, runRules } from '../../core/rules/run.ts';
import { connect } from '../../db/connect.ts';
import { introspect } from '../../db/introspect/introspect.ts';
import { readBaseline } from '../../files/baseline.ts';
import { readMigrations } from '../../files/migrations/read.ts';
import type { Context, ExitStatus } from '../context.ts';
import { findingsJson, findingsText } from '../reporters/findings.ts';
import { replayedState } from '../states.ts';
import { type Project, openProject, withTargets } from '../target.ts';

/** What of a database is judged: all of it, or the selected domains (null: what belongs to none). */
interface Checked {
  readonly database: string;
  readonly catalog: Catalog;
  readonly domains: ReadonlySet<string | null> | undefined;
}

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

interface Outcome {
  readonly all: readonly Finding[];
  readonly checked: string;
}

async function lintLive(context: Context): Promise<Outcome> {
  return withTargets(context, async (targets, project) => {
    const checked: Checked[] = [];
    for (const { database, address, domains, cluster } of targets) {
      const connection = await connect(address, { applicationName: 'dbctl lint', readOnly: true });
      try {
        const catalog = await introspect(connection);
        const selected = [...domains.map(({ name }) => name), ...(cluster ? [null] : [])];
        checked.push({
          database,
          catalog,
          domains: context.global.domains.length === 0 ? undefined : new Set(selected),
        });
      } finally {
        await connection.close();
      }
    }
    return judge(context, project, checked, () => true);
  });
}

/** What the migrations make, without a live database: rules about structure only, because roles and partitions live elsewhere. */
async function lintMigrations(context: Context): Promise<Outcome> {
  const project = await openProject(context);
  const { manifest, directory } = project;
  const migrations = await readMigrations(resolve(directory, manifest.migrations), domainOrder(manifest));
  const checked: Checked[] = [];
  const selected = context.global.domains;
  for (const database of manifest.databases.keys()) {
    if (domainsIn(manifest, database).length === 0) continue;
    checked.push({
      database,
      catalog: await replayedState(context, project, migrations, database),
      domains: selected.length === 0 ? undefined : new Set(selected),
    });
  }
  return judge(context, project, checked, (name) => /^(boundary|design|security|catalog)\//.test(name));
}

async function judge(
  context: Context,
  project: Project,
  checked: readonly Checked[],
  isOn: (rule: string) => boolean,
): Promise<Outcome> {
  const { manifest, directory } = project;
  const { lint } = manifest;
  const baseline =
    lint.baseline === undefined ? undefined : await readBaseline(resolve(directory, lint.baseline));
  const rules = liveRules.filter(({ name }) => isOn(name));
  const now = context.now();
  const judged = await Promise.all(
    checked.map(async (each) => ({ ...each, uses: await usesOf(each.catalog) })),
  );
  const all = judged.flatMap(({ database, catalog, domains, uses }) => {
    const input = liveInput({ manifest, database, live: catalog, uses, now });
    context.debug(`${database}: ${catalog.entries.size} entries under ${rules.length} rules`);
    return runRules(rules, input, lint, now.toISOString().slice(0, 10), {
      locate: (path) => project.locate(path),
      ...(baseline === undefined ? {} : { baseline }),
      ...(domains === undefined ? {} : { domains }),
    });
  });
  const entries = checked.reduce((sum, { catalog }) => sum + catalog.entries.size, 0);
  const names = checked.map(({ catalog }) => catalog.source).join(', ');
  return { all: inOrder(all), checked: `${entries} entries of ${names} under ${rules.length} rules` };
}
