/** The two states that `generate` compares: what the migrations make, and what the manifest wants. */
import { readFile } from 'node:fs/promises';
import { glob } from 'tinyglobby';
import { withSaidVersions } from '../core/compare/said-versions.ts';
import { desiredCatalog } from '../core/manifest/desired.ts';
import { domainsIn } from '../core/manifest/domain-of.ts';
import type { Domain, Manifest } from '../core/manifest/manifest.ts';
import { tableSql } from '../core/manifest/tables.ts';
import { clusterHistory } from '../core/migration/history.ts';
import { frameAt, placeAt } from '../core/migration/frame.ts';
import type { MigrationFile } from '../core/migration/migration-file.ts';
import type { Catalog } from '../core/model/catalog.ts';
import { inputError, type Problem } from '../core/model/problem.ts';
import { withoutSuperuser } from '../core/model/scope.ts';
import { type Connection, withConnection } from '../db/connect.ts';
import { introspect, introspectRecorded, introspectionOf } from '../db/introspect/introspect.ts';
import { type DesiredStatement, loadInAnyOrder, prepareShadow, replay } from '../db/load.ts';
import { keptReplay } from '../db/replays.ts';
import { superuser } from '../db/server/initdb.ts';
import { type ShadowOptions, openShadow } from '../db/shadow.ts';
import { scriptStatements, withoutRestrict } from '../sql/script.ts';
import type { Context } from './context.ts';
import type { Project } from './target.ts';

/** @returns the catalog that the migrations of one database make, replayed on a shadow, and what follows them. */
export async function replayedState(
  context: Context,
  project: Pick<Project, 'manifest'>,
  migrations: readonly MigrationFile[],
  database: string,
  options: ShadowChoice & { readonly sequel?: Sequel; readonly roles?: readonly string[] } = {},
): Promise<Catalog> {
  const source = 'the migrations';
  const { files, schemaOf, ...rest } = replayedIn(project.manifest, migrations, database, options);
  const texts = files.map(({ domain, text }) => [schemaOf(domain) ?? null, text]);
  const kept = await keptReplay(options.major, JSON.stringify({ texts, ...rest }), context.now());
  const before = await kept.read();
  if (before !== undefined)
    try {
      return withoutSuperuser(await introspectionOf(before, source), superuser);
    } catch (error) {
      context.debug(`replayed again: ${error instanceof Error ? error.message : String(error)}`);
    }
  const read = async (connection: Connection) => {
    const { catalog, recorded } = await introspectRecorded(connection, source);
    await kept.write(recorded);
    return withoutSuperuser(catalog, connection.address.user);
  };
  return onReplayed(context, project, migrations, database, read, options);
}

/** What is replayed: all that the state it makes depends on, but for the PostgreSQL. */
function replayedIn(
  manifest: Manifest,
  migrations: readonly MigrationFile[],
  database: string,
  { sequel, roles = [] }: { readonly sequel?: Sequel; readonly roles?: readonly string[] },
) {
  const domains = domainsIn(manifest, database);
  const schemaOf = (name: string) => domains.find((domain) => domain.name === name)?.schema;
  const files = migrations.filter(
    ({ domain }) => domain === clusterHistory.domain || schemaOf(domain) !== undefined,
  );
  return {
    roles,
    schemas: [...files.flatMap(({ domain }) => schemaOf(domain) ?? []), ...(sequel?.schemas ?? [])],
    files,
    statements: sequel?.statements ?? [],
    schemaOf,
  };
}

/** Uses a shadow on which the migrations of one database have been replayed, and what follows them. */
export async function onReplayed<T>(
  context: Context,
  { manifest }: Pick<Project, 'manifest'>,
  migrations: readonly MigrationFile[],
  database: string,
  use: (connection: Connection) => Promise<T>,
  options: ShadowChoice & { readonly sequel?: Sequel; readonly roles?: readonly string[] } = {},
): Promise<T> {
  const { schemas, roles, files, schemaOf, statements } = replayedIn(manifest, migrations, database, options);
  return withShadow(context, options, async (connection) => {
    await prepareShadow(connection, roles, schemas);
    await replay(connection, files, schemaOf);
    for (const sql of statements) await connection.sql.unsafe(sql);
    return use(connection);
  });
}

/** @returns the catalog that the manifest wants of one database: its SQL and tables loaded on a shadow, its roles and grants written out. */
export async function desiredState(
  context: Context,
  project: Project,
  current: Promise<Catalog>,
  database: string,
  options: ShadowChoice = {},
): Promise<Catalog> {
  const { manifest } = project;
  const domains = domainsIn(manifest, database);
  const statements = (await Promise.all(domains.map((domain) => statementsOf(domain, project)))).flat();
  const loaded = await withShadow(context, options, async (connection) => {
    await prepareShadow(connection, manifest.roles.keys(), schemasOf(domains));
    await loadInAnyOrder(connection, statements);
    return withSaidVersions(await readState(connection, 'the desired state'), statements);
  });
  return desiredCatalog(manifest, loaded, await current, database);
}

/** @returns the catalog that statements make, in any order, on a shadow with the manifest's roles and schemas. @throws KnownError (2) when some cannot be loaded. */
export async function stateOf(
  context: Context,
  manifest: Manifest,
  database: string,
  statements: readonly string[],
): Promise<Catalog> {
  return withShadow(context, {}, async (connection) => {
    await prepareShadow(connection, manifest.roles.keys(), schemasOf(domainsIn(manifest, database)));
    await loadInAnyOrder(
      connection,
      statements.map((sql) => ({ sql, schema: 'public', source: { file: '', text: sql, offset: 0 } })),
    );
    return readState(connection, 'the statements');
  });
}

const schemasOf = (domains: readonly Domain[]) => domains.map(({ schema }) => schema);

/** What is to be done after the migrations, before anything is compared. */
export interface Sequel {
  /** Schemas that the runner will have made by then. */
  readonly schemas: readonly string[];
  readonly statements: readonly string[];
}

/** Which PostgreSQL a shadow is; default: the one that dbctl brings. */
export type ShadowChoice = Pick<ShadowOptions, 'major'>;

/** @returns what is on a shadow, without what it has because it is one. */
export async function readState(connection: Connection, source: string): Promise<Catalog> {
  return withoutSuperuser(await introspect(connection, source), connection.address.user);
}

/** Opens a shadow and a connection to it for as long as `use` runs. */
export async function withShadow<T>(
  context: Context,
  options: ShadowChoice,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const shadow = await openShadow({ ...options, signal: context.signal, log: context.debug });
  try {
    return await withConnection(shadow.address, { applicationName: 'dbctl shadow' }, use);
  } finally {
    await shadow.close();
  }
}

/** What a domain's desired state is made of: its SQL files and the tables of the manifest. */
async function statementsOf(domain: Domain, project: Project): Promise<DesiredStatement[]> {
  const statements: DesiredStatement[] = tableSql(domain).map(({ sql, path }) => {
    const { file, line } = project.locate(path);
    const text = `${'\n'.repeat(line - 1)}${sql}`;
    return { sql, schema: domain.schema, source: { file, text, offset: line - 1 } };
  });
  for (const pattern of domain.sql) {
    const files = await glob(pattern, { cwd: domain.sqlBase, absolute: true });
    if (files.length === 0)
      throw inputError({
        message: `domain ${domain.name}: sql: ${pattern} matches no file`,
        help: 'Write a path or a glob relative to the file that declares the domain.',
        location: project.locate(['domains', domain.name, 'sql']),
      });
    for (const file of files.sort())
      statements.push(...readStatements(file, await readFile(file, 'utf8'), domain));
  }
  return statements;
}

/** Data is a migration's business: a desired state has none. */
const changesData = /^(insert|update|delete|merge|truncate|copy|select|with|call|do)\b/;

function readStatements(file: string, whole: string, domain: Domain): DesiredStatement[] {
  const text = withoutRestrict(whole);
  const problems: Problem[] = [];
  const statements: DesiredStatement[] = [];
  for (const { text: sql, start, verb, setting } of scriptStatements(text)) {
    if (/^set\b/.test(verb)) continue;
    if (changesData.test(verb)) {
      const { line, column } = placeAt(text, start);
      problems.push({
        message: `${verb.split(' ', 1)[0]!.toUpperCase()} is not part of a desired state`,
        help: 'Write it in a migration of its own: a desired state says what there is, not what to do.',
        location: { file, line, column, endLine: line, endColumn: column },
        frame: frameAt(text, start),
      });
    } else
      statements.push({
        sql,
        schema: domain.schema,
        ...(setting === undefined ? {} : { setting }),
        source: { file, text, offset: start },
      });
  }
  if (problems.length > 0) throw inputError(...problems);
  return statements;
}

/** @throws KnownError (2) naming every object that no kind models, and every one that lies in no domain. */
export function requireModelled(state: Catalog): void {
  if (state.notAnalysed.length === 0) return;
  throw inputError(
    ...state.notAnalysed.map(({ object, why }) => ({
      message: `${object}, in ${state.source}: ${why}`,
      help: 'Take it out of the desired state and the migrations; generate writes nothing it does not understand.',
    })),
  );
}
