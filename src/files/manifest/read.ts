/** The manifest, read: files merged, environment read, shape and meaning checked, every problem at its place. */
import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, relative } from 'node:path';
import { glob } from 'tinyglobby';
import { checkManifest } from '../../core/manifest/check.ts';
import type { Manifest, ManifestPath } from '../../core/manifest/manifest.ts';
import type { Location } from '../../core/model/finding.ts';
import { inputError, type Problem } from '../../core/model/problem.ts';
import { passwordVariable, readEnvironment, type Environment } from './environment.ts';
import { isRaw, merge, type Merged } from './merge.ts';
import { mend, startsWith } from './mend.ts';
import { normalise } from './normalise.ts';
import { schemaProblems } from './schema-problems.ts';
import { hasLiteralPassword } from './secrets.ts';
import { place, readSource, type Source } from './source.ts';

export interface ManifestFile {
  readonly manifest: Manifest;
  /** The root manifest: absolute. */
  readonly file: string;
  readonly directory: string;
  /** @returns where a path of the manifest stands. */
  readonly locate: (path: ManifestPath) => Location;
  /** What is no error, but may be a mistake. */
  readonly warnings: readonly Problem[];
}

/**
 * @param today an ISO date: what was agreed until a day before it has expired.
 * @param options.expired what that is: an error (default), or a warning for who only carries out what was agreed.
 * @throws KnownError (2) with all problems at once, in the order of the files. Only what cannot be read as YAML is told
 * alone: nothing can be said of what was not read.
 */
export async function readManifest(
  file: string,
  env: Environment,
  today: string,
  { expired = 'error' }: { readonly expired?: 'error' | 'warning' } = {},
): Promise<ManifestFile> {
  const { sources, problems: unreadable } = await readSources(file);
  if (unreadable.length > 0) throw inputError(...unreadable);
  const merged = merge(sources);
  const problems: Problem[] = [...merged.problems];
  const problem = (path: ManifestPath, message: string, help: string, part?: 'key' | 'value'): Problem => ({
    ...merged.place(path, part),
    message,
    help,
    path: printPath(path),
  });
  const report: Report = (...what) => problems.push(problem(...what));
  refuseSecrets(merged, report);
  const { data, unset, hide } = readEnvironment(merged.data, env);
  for (const { path, name } of unset)
    report(
      path,
      `the environment variable ${name} is not set`,
      `Set ${name}, or write a default: \${${name}:-…}.`,
    );
  const textAt = (path: ManifestPath) => (isSecret(path) ? undefined : merged.textAt(path));
  const faults = schemaProblems(data, textAt).filter(
    ({ path }) => !unset.some((each) => startsWith(path, each.path)),
  );
  const mended = mend(data, [...faults, ...unset], textAt);
  const written = mended?.written ?? ((path: ManifestPath) => path);
  for (const { path, part, message, help } of [...faults, ...(mended?.problems ?? [])])
    report(written(path), message, help, part);
  // In an included file these are not required, so the schema does not; and a slip has been told already.
  for (const key of ['version', 'name'])
    if (
      merged.data[key] === undefined &&
      !faults.some(({ path, meant }) => path.length === 1 && meant === key)
    )
      report(
        [],
        `the key \`${key}\` is missing`,
        `Add \`${key === 'version' ? 'version: 1' : 'name: <your system>'}\` to ${basename(file)}.`,
      );
  if (mended === undefined) throw inputError(...inOrder(problems, sources));
  const misread: { path: ManifestPath; message: string; help: string; severity: 'error' }[] = [];
  const manifest = normalise(
    mended.data as Record<string, unknown>,
    (domain) => dirname(merged.sourceOf(['domains', domain]).file),
    (path, message, help) => misread.push({ path, message, help, severity: 'error' }),
  );
  const warnings: Problem[] = [];
  for (const { path, message, help, severity } of [...misread, ...(await checkManifest(manifest, today))]) {
    if (mended.doubtful.some((each) => startsWith(path, each) || names(message, each))) continue;
    const level = severity === 'expired' ? expired : severity;
    (level === 'error' ? problems : warnings).push(problem(written(path), hide(message), hide(help)));
  }
  if (problems.length > 0) throw inputError(...inOrder(problems, sources));
  return { manifest, file, directory: dirname(file), locate: (path) => merged.locate(path), warnings };
}

/** A folder is no pattern: everything below it would be read, and shown where it is no manifest. */
const filesOf = async (pattern: string, cwd: string): Promise<string[]> =>
  (await glob(pattern, { cwd, absolute: true, expandDirectories: false })).sort();

/** What stands under a password is not repeated, whatever it is. */
const isSecret = (path: ManifestPath) => path[2] === 'password';

/** @returns whether a message is about a declaration of which something had to be left out. */
const names = (message: string, [, declaration]: ManifestPath) =>
  declaration !== undefined && message.split(/[^\w-]+/).includes(String(declaration));

/** `['roles', 'app', 'grants', 0, 'on']` → `roles.app.grants[0].on`. */
export function printPath(path: ManifestPath): string {
  return path
    .map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${step}`))
    .join('');
}

/** The root and everything that it includes, each file once. */
async function readSources(file: string): Promise<{ sources: Source[]; problems: Problem[] }> {
  const sources: Source[] = [];
  const problems: Problem[] = [];
  const visit = async (path: string, above: readonly string[]): Promise<void> => {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      problems.push({
        message: `cannot read ${path}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`,
        help: 'Name a manifest with --manifest, or write one with dbctl init.',
      });
      return undefined;
    });
    if (text === undefined) return;
    const read = readSource(path, text);
    sources.push(read.source);
    problems.push(...read.problems);
    if (read.problems.length > 0) return;
    const here = [...above, await realpath(path)];
    const { include } = read.source.content;
    const patterns: unknown[] = Array.isArray(include) ? include : [];
    for (const [at, pattern] of patterns.entries()) {
      const where = () => ({ ...place(read.source, ['include', at]), path: `include[${at}]` });
      if (typeof pattern !== 'string') continue;
      const files = await filesOf(pattern, dirname(path));
      if (files.length === 0)
        problems.push({
          ...where(),
          message: `include: ${pattern} matches no file`,
          help: 'Write a path or a glob relative to this file.',
        });
      for (const each of files) {
        if (!/\.(ya?ml|json)$/.test(each)) {
          problems.push({
            ...where(),
            message: `include: ${pattern} names ${basename(each)}, which is no YAML file by its name`,
            help: 'Include files that end in .yaml, .yml or .json only.',
          });
          continue;
        }
        const real = await realpath(each);
        if (here.includes(real))
          problems.push({
            ...where(),
            message: `include: ${pattern} includes itself: ${[...here.slice(here.indexOf(real)), real].map((each) => relative(dirname(here[0]!), each)).join(' → ')}`,
            help: 'Take one of these includes out.',
          });
        else if (!sources.some((source) => source.file === each)) await visit(each, here);
      }
    }
  };
  await visit(file, []);
  return { sources, problems };
}

type Report = (path: ManifestPath, message: string, help: string, part?: 'key' | 'value') => void;

/** Secrets are never literal. The message does not repeat them, nor does the frame; the value is taken out. */
function refuseSecrets({ data }: Merged, report: Report): void {
  const { roles, databases } = data;
  if (isRaw(roles))
    for (const [name, role] of Object.entries(roles))
      if (isRaw(role) && role['password'] !== undefined && passwordVariable(role['password']) === undefined) {
        if (isRaw(role['password'])) continue;
        report(
          ['roles', name, 'password'],
          `the password of ${name} stands in the manifest`,
          'Write password: { env: NAME } and put it into that environment variable; and change it, since it was written down.',
        );
        delete role['password'];
      } else if (isRaw(role) && typeof role['password'] === 'string')
        role['password'] = { env: passwordVariable(role['password']) };
  if (isRaw(databases))
    for (const [name, database] of Object.entries(databases))
      if (isRaw(database) && hasLiteralPassword(String(database['url']))) {
        report(
          ['databases', name, 'url'],
          `the URL of database ${name} contains a password`,
          'Write url: "${DATABASE_URL}", or take the password out and use PGPASSWORD or a password file.',
        );
        delete database['url'];
      }
}

function inOrder(problems: readonly Problem[], sources: readonly Source[]): Problem[] {
  const files = sources.map(({ file }) => file);
  const place = ({ location }: Problem): [number, number, number] =>
    location === undefined ? [-1, 0, 0] : [files.indexOf(location.file), location.line, location.column];
  const unique = [
    ...new Map(
      problems.map((problem) => [
        JSON.stringify([
          problem.message,
          problem.location?.file,
          problem.location?.line,
          problem.location?.column,
        ]),
        problem,
      ]),
    ).values(),
  ];
  return unique.sort((a, b) => {
    const [left, right] = [place(a), place(b)];
    return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
  });
}
