/** A live database read into a project's files: worked out, tried on shadows in a folder of its own, and only then given out. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { usesOf } from '../core/bodies/uses.ts';
import { type Adopted, adopt, database } from '../core/adopt/adopt.ts';
import { describeChange, differences } from '../core/compare/managed.ts';
import type { Cut } from '../core/adopt/domains.ts';
import { printMigration } from '../core/migration/header.ts';
import type { Catalog, NotAnalysed } from '../core/model/catalog.ts';
import type { Finding } from '../core/model/finding.ts';
import { KnownError } from '../core/model/problem.ts';
import { liveRules, staticRules } from '../core/rules/index.ts';
import { setting } from '../core/rules/drift/setting.ts';
import { liveInput } from '../core/rules/input.ts';
import { inOrder, runRules } from '../core/rules/run.ts';
import { printBaseline } from '../files/baseline.ts';
import { domainFile, printManifest } from '../files/manifest/print.ts';
import { migrationPath } from '../files/migrations/write.ts';
import { writeNewFiles } from '../files/new-files.ts';
import type { Context } from './context.ts';
import { pendingMigrations } from './generation.ts';
import { desiredState } from './states.ts';
import { openProject, type Project } from './target.ts';

/** What `init --from` makes. */
export interface Adoption {
  /** By path, relative to the project's folder. */
  readonly files: ReadonlyMap<string, string>;
  readonly domains: readonly string[];
  readonly leftOut: readonly NotAnalysed[];
  /** Findings that stand, by the baseline. */
  readonly stand: readonly Finding[];
}

const baselineFile = 'dbctl.baseline.json';

/**
 * @param live as it was introspected.
 * @param migrationName the name of the first migrations.
 * @throws KnownError (2) when there is nothing to adopt.
 */
export async function adoption(
  context: Context,
  live: Catalog,
  { name, by, migrationName }: { readonly name: string; readonly by: Cut; readonly migrationName: string },
): Promise<Adoption> {
  const now = context.now();
  const adopted = adopt({ live, uses: await usesOf(live), now }, name, by);
  const folder = await mkdtemp(join(tmpdir(), 'dbctl-init-'));
  try {
    const written = await loadable(context, adopted, folder);
    const { project, sql, desired, unloadable } = written;
    const leftOut = [...adopted.leftOut, ...unloadable, ...unequal(adopted, desired, project)];
    context.log('writing the first migrations');
    const { migrations: drafts } = await pendingMigrations(inFolder(context, folder), project, undefined);
    const migrations = drafts.map(({ version, draft }): [string, string] => [
      join(
        project.manifest.migrations,
        migrationPath({ domain: draft.domain, version, name: migrationName }),
      ),
      printMigration(draft),
    ]);
    const stand = inOrder([
      ...(await judge(live, adopted, project, now, liveRules)),
      // What no manifest has a word for: `drift` compares it with the migrations.
      ...(await judge(live, adopted, project, now, [...liveRules, setting], desired)),
      ...(await judge(desired, adopted, project, now, staticRules)),
    ]).filter(({ severity }) => severity !== 'info');
    const manifest =
      stand.length === 0
        ? adopted.manifest
        : { ...adopted.manifest, lint: { ...adopted.manifest.lint, baseline: baselineFile } };
    const files = new Map([
      ...printManifest(manifest, remarksOn(adopted, leftOut)),
      ...sql,
      ...migrations,
      ...(stand.length === 0 ? [] : [[baselineFile, printBaseline(stand)] as const]),
    ]);
    return { files, domains: [...manifest.domains.keys()], leftOut, stand };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const inFolder = (context: Context, cwd: string): Context => ({
  ...context,
  cwd,
  log: context.debug,
  global: { domains: [], format: context.global.format },
});

interface Loaded {
  readonly project: Project;
  readonly sql: ReadonlyMap<string, string>;
  readonly desired: Catalog;
  readonly unloadable: readonly NotAnalysed[];
}

/** Writes the files to a folder and loads them as `generate` does; what a server will not take is left out, with all that needs it. */
async function loadable(context: Context, adopted: Adopted, folder: string): Promise<Loaded> {
  const refused = new Map<string, NotAnalysed>();
  for (let round = 0; ; round += 1) {
    const at = join(folder, String(round));
    const sql = sqlFiles(adopted, refused);
    const texts = new Map([
      ...printManifest(adopted.manifest, noRemarks),
      ...[...sql].map(([path, { text }]) => [path, text] as const),
    ]);
    await writeNewFiles(
      [...texts].map(([path, text]) => ({ path: join(at, path), text })),
      'files',
      'Try again.',
    );
    const there = inFolder(context, at);
    const project = await openProject(there);
    context.log('loading what was read on a PostgreSQL of its own');
    try {
      const desired = await desiredState(there, project, Promise.resolve(adopted.target), database);
      const written = new Map([...sql].map(([path, { text }]) => [path, text]));
      return { project, sql: written, desired, unloadable: [...refused.values()] };
    } catch (error) {
      if (!(error instanceof KnownError) || error.status !== 2) throw error;
      const before = refused.size;
      for (const { message, location } of error.problems) {
        const file = location === undefined ? undefined : sql.get(relative(at, location.file));
        const statement = file?.statements.findLast(({ line }) => line <= location!.line)?.sql;
        if (statement !== undefined)
          refused.set(statement, {
            object: firstLine(statement),
            schema: null,
            why: `it cannot be made: ${message}`,
          });
      }
      if (refused.size === before) throw error;
    }
  }
}

const noRemarks = { head: '', domains: new Map<string, string[]>(), tail: [] };
const firstLine = (sql: string) => sql.split('\n', 1)[0]!.slice(0, 120);

interface SqlFile {
  readonly text: string;
  readonly statements: readonly { readonly sql: string; readonly line: number }[];
}

function sqlFiles({ sql }: Adopted, refused: ReadonlyMap<string, NotAnalysed>): ReadonlyMap<string, SqlFile> {
  const files = new Map<string, SqlFile>();
  for (const [domain, parts] of sql)
    for (const [file, all] of parts) {
      const statements: { sql: string; line: number }[] = [];
      let text = '';
      let line = 1;
      for (const each of all) {
        const why = refused.get(each)?.why;
        const part =
          why === undefined
            ? `${each};\n\n`
            : `${[`Left out: ${why}`, ...`${each};`.split('\n')].map((one) => `-- ${one.replaceAll('\r', ' ')}`).join('\n')}\n\n`;
        if (why === undefined) statements.push({ sql: each, line });
        text += part;
        line += part.split('\n').length - 1;
      }
      files.set(join(dirname(domainFile(domain)), file), { text: `${text.trimEnd()}\n`, statements });
    }
  return files;
}

/** What the files make otherwise than the database has it. Of another major, definitions may read differently. */
function unequal(
  { target, manifest }: Adopted,
  desired: Catalog,
  { manifest: written }: Project,
): NotAnalysed[] {
  const names = { wanted: 'the files', live: 'the database' };
  const isSameMajor =
    Math.floor(target.serverVersion / 10_000) === Math.floor(desired.serverVersion / 10_000);
  return differences(desired, target, { manifest: written, database })
    .filter(({ op }) => isSameMajor || op !== 'alter')
    .map((change) => ({
      object: describeChange(change, names),
      schema: null,
      why: 'what was read does not make it just so',
    }))
    .filter(() => manifest.domains.size > 0);
}

async function judge(
  catalog: Catalog,
  { manifest }: Adopted,
  { locate }: Project,
  now: Date,
  rules: typeof liveRules,
  applied?: Catalog,
): Promise<Finding[]> {
  const input = liveInput({
    manifest,
    database,
    live: catalog,
    uses: await usesOf(catalog),
    now,
    ...(applied === undefined ? {} : { applied }),
  });
  return runRules(rules, input, manifest.lint, now.toISOString().slice(0, 10), {
    locate: (path) => {
      try {
        return locate(path);
      } catch {
        return undefined;
      }
    },
  });
}

function remarksOn({ irregular, manifest }: Adopted, leftOut: readonly NotAnalysed[]) {
  const domains = new Map(
    [...irregular].map(([domain, tables]) => [
      domain,
      tables.map(
        ({ table, why }) =>
          `${table} is partitioned by time, but is no partition set: ${why}. Nobody makes its next partition.`,
      ),
    ]),
  );
  return {
    head: `Read from database ${manifest.name} by dbctl init --from. From here on, this is what the database is to be.`,
    domains,
    tail:
      leftOut.length === 0
        ? []
        : [
            'Not in this manifest, though the database has it:',
            ...leftOut.map(({ object, why }) => `- ${object}: ${why}`),
          ],
  };
}
