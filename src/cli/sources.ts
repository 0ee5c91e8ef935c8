/** What `diff` compares: a live database, SQL files, a snapshot, the manifest or its migrations, each read into a catalog. */
import { readFile, stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { glob } from 'tinyglobby';
import type { Side } from '../core/compare/comparable.ts';
import { withSaidVersions } from '../core/compare/said-versions.ts';
import { domainsIn } from '../core/manifest/domain-of.ts';
import { governs } from '../core/manifest/placement.ts';
import { domainOrder } from '../core/migration/order.ts';
import { frameAt, placeAt } from '../core/migration/frame.ts';
import type { Catalog } from '../core/model/catalog.ts';
import { inputError } from '../core/model/problem.ts';
import { describeAddress, parseAddress, withConnection } from '../db/connect.ts';
import { introspect } from '../db/introspect/introspect.ts';
import { type DesiredStatement, loadInAnyOrder } from '../db/load.ts';
import { readSnapshot } from '../files/snapshot.ts';
import { identifier } from '../sql/quote.ts';
import { scriptStatements, withoutRestrict } from '../sql/script.ts';
import type { Context } from './context.ts';
import { readProjectMigrations } from './migration-files.ts';

import { type ShadowChoice, desiredState, replayedState, withShadow } from './states.ts';
import { type Project, openProject } from './target.ts';

/** One end of a comparison, before it is read. */
export interface Source {
  /** For messages. Never a URL. */
  readonly name: string;
  /** Of a live database, before anything else: what a shadow of the other source must be like. */
  readonly server?: () => Promise<{ readonly major: number; readonly user: string }>;
  /** Whether it is read with an eye to the other side. */
  readonly needsOther?: boolean;
  /** @param other the other side's catalog, for what is left to the server. */
  readonly read: (like: Likeness, other: () => Promise<Catalog>) => Promise<Side>;
}

/** What a shadow is like, so that what it prints compares with the other side. */
export interface Likeness extends ShadowChoice {
  /** Who makes what nobody gives an owner. */
  readonly maker: string;
}

/** @param text as given on the command line. @throws KnownError (2) for what is no source. */
export async function sourceOf(context: Context, text: string, flag: string): Promise<Source> {
  if (/^postgres(ql)?:\/\//.test(text)) return liveSource(text);
  if (text === 'manifest' || text === 'migrations') return projectSource(context, text);
  const path = resolve(context.cwd, text);
  const found = await stat(path).catch(() => undefined);
  const name = relative(context.cwd, path) || text;
  if (found?.isDirectory()) {
    const files = (await glob('**/*.sql', { cwd: path, absolute: true })).sort();
    if (files.length > 0) return sqlSource(context, name, files);
    throw inputError({
      message: `${flag} ${name}: there is no SQL file in this folder`,
      help: 'Name a folder with files that end in .sql.',
    });
  }
  if (found === undefined)
    throw inputError({
      message: `${flag} ${JSON.stringify(text)}: no such source`,
      help: 'Name a database URL (postgresql://…), an SQL file or folder, a snapshot file, `manifest` or `migrations`.',
    });
  if (!path.endsWith('.json')) return sqlSource(context, name, [path]);
  return {
    name: `snapshot ${name}`,
    read: async () => ({ ...live, catalog: await readSnapshot(path, `snapshot ${name}`) }),
  };
}

const live = { isLive: true, maker: '', assumedRoles: new Set<string>(), saysRoles: false } as const;

function liveSource(url: string): Source {
  const address = parseAddress(url);
  const options = { applicationName: 'dbctl diff', readOnly: true };
  return {
    name: describeAddress(address),
    server: () =>
      withConnection(address, options, async (connection) => {
        const [row] = await connection.sql<{ user: string }[]>`select current_user as user`;
        return { major: Math.floor(connection.serverVersion / 10_000), user: row!.user };
      }),
    read: async () => ({ ...live, catalog: await withConnection(address, options, introspect) }),
  };
}

async function projectSource(context: Context, which: 'manifest' | 'migrations'): Promise<Source> {
  const project = await openProject(context);
  const { manifest } = project;
  const database = databaseOf(context, project);
  const rest = {
    isLive: false,
    maker: 'postgres',
    assumedRoles: new Set<string>(),
    saysRoles: true,
    governs: governs(manifest, database),
  };
  return {
    name: which === 'manifest' ? 'the manifest' : 'the migrations',
    needsOther: which === 'manifest',
    read: async ({ major }, other) => {
      const shadow = major === undefined ? {} : { major };
      if (which === 'manifest')
        return { ...rest, catalog: await desiredState(context, project, other(), database, shadow) };
      const files = await readProjectMigrations(project, domainOrder(manifest));
      return { ...rest, catalog: await replayedState(context, project, files, database, shadow) };
    },
  };
}

/** The database that the manifest's sources are about: that of the selected domains, or the only one. */
function databaseOf(context: Context, { manifest }: Project): string {
  const selected = context.global.domains.flatMap((name) => manifest.domains.get(name)?.database ?? []);
  const all = [...manifest.databases.keys()].filter((name) => domainsIn(manifest, name).length > 0);
  const names = [...new Set(selected.length > 0 ? selected : all)];
  if (names.length === 1) return names[0]!;
  throw inputError({
    message: `the domains lie in ${names.length} databases: ${names.join(', ')}`,
    help: 'Add --domain <name>: its database is compared.',
  });
}

function sqlSource(context: Context, name: string, files: readonly string[]): Source {
  return {
    name,
    read: async (like) => {
      const statements = (await Promise.all(files.map((file) => statementsOf(file)))).flat();
      return withShadow(context, like, async (connection) => {
        const { sql } = connection;
        if (like.maker !== connection.address.user)
          await sql.unsafe(
            `CREATE ROLE ${identifier(like.maker)} SUPERUSER; SET SESSION AUTHORIZATION ${identifier(like.maker)}`,
          );
        await sql.unsafe('SET check_function_bodies = off');
        const assumedRoles = await loadInAnyOrder(connection, statements, { assumeRoles: true });
        const catalog = withSaidVersions(await introspect(connection, name), statements);
        const maker = new Set([like.maker, connection.address.user]);
        return {
          isLive: false,
          maker: like.maker,
          assumedRoles: new Set([...assumedRoles, ...maker]),
          saysRoles: false,
          catalog,
        };
      });
    },
  };
}

/** An SQL script as psql would run it: every statement, in order. */
async function statementsOf(file: string): Promise<DesiredStatement[]> {
  const whole = await readFile(file, 'utf8');
  const text = withoutRestrict(whole);
  return scriptStatements(text).map(({ text: sql, start, verb, setting }) => {
    if (/^copy\b/.test(verb) && /\bfrom\s+stdin\b/i.test(sql)) {
      const { line, column } = placeAt(text, start);
      throw inputError({
        message: 'COPY … FROM stdin is data, which a schema has none of',
        help: 'Dump with pg_dump --schema-only.',
        location: { file, line, column, endLine: line, endColumn: column },
        frame: frameAt(text, start),
      });
    }
    return { sql, ...(setting === undefined ? {} : { setting }), source: { file, text, offset: start } };
  });
}
