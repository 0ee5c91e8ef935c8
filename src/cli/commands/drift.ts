/** `dbctl drift`: the live databases against the manifest and the migrations that are applied in them. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { usesOf } from '../../core/bodies/uses.ts';
import { structuralDrift, withoutUnexpected } from '../../core/compare/structure.ts';
import { clusterHistory, historyOf } from '../../core/migration/history.ts';
import { asksForColumns } from '../../core/manifest/columns-asked.ts';
import { domainsIn } from '../../core/manifest/domain-of.ts';
import { type DomainHistory, gone, problemsOf } from '../../core/migration/pending.ts';
import type { MigrationFile } from '../../core/migration/migration-file.ts';
import type { Finding } from '../../core/model/finding.ts';
import { nameOf } from '../../core/model/id.ts';
import { inputError } from '../../core/model/problem.ts';
import type { DriftInput } from '../../core/rules/drift/input.ts';
import { repair } from '../../core/rules/drift/repair.ts';
import { driftRules } from '../../core/rules/index.ts';
import { liveInput } from '../../core/rules/input.ts';
import { fails, inOrder } from '../../core/rules/run.ts';
import { type Connection, withConnection } from '../../db/connect.ts';
import { introspect, introspectPermissions } from '../../db/introspect/introspect.ts';
import { readHistories } from '../../db/migrate/histories.ts';
import { unrecordedIn } from '../../db/migrate/unrecorded.ts';
import { runRepair } from '../../db/repair.ts';
import { isMajorInstalled } from '../../db/server/binaries.ts';
import { consentTo } from '../confirm.ts';
import type { Context, ExitStatus } from '../context.ts';
import { judge } from '../judgement.ts';
import { readSource } from '../migration-run.ts';
import { findingsJson, findingsText } from '../reporters/findings.ts';
import { replayedState } from '../states.ts';
import { type Project, type Target, withTargets } from '../target.ts';

/** One database's drift. */
interface Drift {
  readonly target: Target;
  readonly findings: readonly Finding[];
  readonly checked: string;
  readonly fix: readonly string[];
  readonly losses: readonly string[];
}

/** Prints the findings. 1: something drifted that nobody waived; with --fix, what is left of it. */
export async function drift(
  context: Context,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitStatus> {
  const [file, apply] = [options['fixSql'] as string | undefined, options['fix'] === true];
  if (file !== undefined && apply)
    throw inputError({ message: '--fix and --fix-sql exclude each other', help: 'Give one of them.' });
  const { signal } = context;
  const found = await withTargets(context, async (targets, project) => {
    const drifts = await inEach(context, project, targets);
    const broken = drifts.filter(({ fix }) => fix.length > 0);
    if (file !== undefined) {
      await writeFile(resolve(context.cwd, file), scriptOf(broken));
      context.log(`wrote ${file}: ${broken.reduce((sum, { fix }) => sum + fix.length, 0)} statements`);
    }
    if (!apply || broken.length === 0) return drifts;
    for (const { target, fix } of broken) {
      if (drifts.length > 1) context.log(`-- database ${target.database}`);
      for (const sql of fix) context.log(`${sql};`);
    }
    const losses = broken.flatMap((each) => each.losses);
    if (losses.length > 0)
      await consentTo(context, losses, options['allowDestructive'] === true, 'data', '--fix-sql <file>');
    // Of several databases none is repaired, if one of them cannot be.
    if (broken.length > 1)
      for (const { target, fix } of broken)
        await runRepair(target.address, fix, context.debug, { keep: false, signal });
    for (const { target, fix } of broken) {
      await runRepair(target.address, fix, context.log, { signal });
      if (broken.length > 1) context.log(`repaired database ${target.database}`);
    }
    return inEach(context, project, targets);
  });
  const all = inOrder(found.flatMap(({ findings }) => findings));
  if (context.global.format === 'json') context.out(JSON.stringify(findingsJson('drift', all), null, 2));
  else context.out(findingsText(all, found.map(({ checked }) => checked).join('; '), context));
  return fails(all) ? 1 : 0;
}

async function inEach(context: Context, project: Project, targets: readonly Target[]): Promise<Drift[]> {
  const drifts: Drift[] = [];
  const { files } = await readSource(project);
  const options = { applicationName: 'dbctl drift', readOnly: true };
  for (const target of targets)
    drifts.push(
      await withConnection(target.address, options, (connection) =>
        driftIn(context, project, target, connection, files),
      ),
    );
  return drifts;
}

async function driftIn(
  context: Context,
  project: Project,
  target: Target,
  connection: Connection,
  files: readonly MigrationFile[],
): Promise<Drift> {
  const { manifest } = project;
  const { database, domains, cluster, server } = target;
  const tables = [clusterHistory, ...domainsIn(manifest, database).map(historyOf)];
  const histories = await readHistories(connection, database, tables, files);
  const inTurn = standingFor(context, files, histories, await unrecordedIn(connection, tables));
  const problems = histories.flatMap(gone);
  // Compared with the rest, all that they made would have to go.
  if (problems.length > 0) throw inputError(...problemsOf({ problems }));
  const unknown = histories.filter(({ files: own, applied }) => own.length + applied.length === 0);
  // Nothing says what the structure is to be.
  const isUnknown = unknown.length === histories.length;
  const without = unknown.map(({ domain }) => domain).filter((domain) => domain !== clusterHistory.domain);
  if (isUnknown) context.log('no migrations: permissions are compared, structure is not');
  else if (without.length > 0)
    context.log(`no migrations of ${without.join(', ')}: permissions are compared there, structure is not`);
  const major = Math.floor(connection.serverVersion / 10_000);
  const [live, made] = await Promise.all([
    isUnknown && !asksForColumns(manifest, database)
      ? introspectPermissions(connection)
      : introspect(connection),
    replayedState(context, project, inTurn, database, {
      ...((await isMajorInstalled(major)) ? { major } : {}),
      // Those that make the roles are applied in another of the databases.
      ...(inTurn.some(({ domain }) => domain === clusterHistory.domain)
        ? {}
        : { roles: [...manifest.roles.keys()] }),
    }),
  ]);
  const structure = isUnknown
    ? { drifted: [], fix: [] }
    : await structuralDrift(
        manifest,
        database,
        made,
        live,
        (await usesOf(made)).uses,
        new Set(unknown.map(({ domain }) => domain)),
      );
  const input: DriftInput = {
    ...liveInput({
      manifest,
      database,
      live: withoutUnexpected(live, structure),
      applied: made,
      isNothingApplied: inTurn.length === 0,
      uses: { uses: [], unknown: [] },
      now: context.now(),
    }),
    structure,
  };
  const selected = new Set<string | null>([...domains.map(({ name }) => name), ...(cluster ? [null] : [])]);
  const judged = { input, domains: context.global.domains.length === 0 ? undefined : selected, server };
  const { all: findings, checked } = await judge(context, project, [judged], driftRules);
  const standing = new Set(findings.filter(({ waived }) => waived === null).flatMap(({ fix }) => fix));
  const losses = structure.drifted
    .filter(({ fix }) => fix.some((sql) => standing.has(sql)))
    .flatMap(({ object, losses: its }) => its.map((loss) => `${nameOf(object)}: ${loss}`));
  return { target, findings, checked, fix: repair(input, findings), losses };
}

/**
 * @param unrecorded domains that are there without a history: what `init --from` has read, and nobody has adopted yet.
 * @returns the migrations that the database is compared with, in their order.
 */
function standingFor(
  context: Context,
  files: readonly MigrationFile[],
  histories: readonly DomainHistory[],
  unrecorded: readonly string[],
): MigrationFile[] {
  const isNew = unrecorded.length > 0 && histories.every(({ applied }) => applied.length === 0);
  const whole = histories.filter(
    ({ domain, files: own, applied }) =>
      own.length > 0 && applied.length === 0 && (isNew || unrecorded.includes(domain)),
  );
  if (whole.length > 0)
    context.log(
      `no history yet of ${whole.map(({ domain }) => domain).join(', ')}: compared with all migrations, as dbctl migrate --adopt would`,
    );
  const standing = new Set(
    histories.flatMap((history) =>
      whole.includes(history)
        ? history.files
        : history.files.filter(({ version }) => history.applied.some((each) => each.version === version)),
    ),
  );
  return files.filter((each) => standing.has(each));
}

function scriptOf(drifts: readonly Drift[]): string {
  return drifts
    .map(({ target, fix }) => {
      const statements = fix.map((sql) => `${sql};`).join('\n\n');
      return `-- database ${target.database}\nBEGIN;\nSET LOCAL check_function_bodies = off;\n\n${statements}\n\nCOMMIT;\n`;
    })
    .join('\n');
}
