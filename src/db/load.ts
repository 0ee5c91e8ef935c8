/** SQL into a shadow: migrations in their order, desired SQL in any order. */
import { frameAt, offsetOfCharacter, placeAt } from '../core/migration/frame.ts';
import { clusterHistory } from '../core/migration/history.ts';
import type { MigrationFile } from '../core/migration/migration-file.ts';
import { migrationSettings } from '../core/migration/script.ts';
import { KnownError, type Problem, inputError } from '../core/model/problem.ts';
import { identifier } from '../sql/quote.ts';
import { secretValue, secretsIn } from '../sql/secret.ts';
import { isAway } from './away.ts';
import type { Connection } from './connect.ts';

/** One statement of the desired state, and where it is written. */
export interface DesiredStatement {
  readonly sql: string;
  /** The domain's schema: where unqualified names are. Default: as for anybody who connects. */
  readonly schema?: string;
  /** `SET search_path …` of the same file before it, if any. */
  readonly setting?: string;
  readonly source: Source;
}
export interface Source {
  readonly file: string;
  readonly text: string;
  /** Where the statement begins in the text. */
  readonly offset: number;
}

/** Makes the roles, bare, and the schemas that statements may name. */
export async function prepareShadow(
  { sql }: Connection,
  roles: Iterable<string>,
  schemas: Iterable<string>,
): Promise<void> {
  const statements = [
    ...[...roles].map((name) => `CREATE ROLE ${identifier(name)}`),
    ...[...new Set(schemas)].map((name) => `CREATE SCHEMA IF NOT EXISTS ${identifier(name)}`),
    'SET check_function_bodies = off',
  ];
  await sql.unsafe(statements.join(';\n'));
}

/**
 * Loads statements that are in any order: what fails is tried again after the others, as long as one more succeeds.
 * @param options.assumeRoles makes the roles that a statement names and nobody has made.
 * @returns the roles that were made so.
 * @throws KnownError (2) with every statement that cannot be loaded, each at its place; with every one that holds a secret, before any is loaded.
 */
export async function loadInAnyOrder(
  connection: Connection,
  statements: readonly DesiredStatement[],
  options: { readonly assumeRoles?: boolean } = {},
): Promise<string[]> {
  await refuseSecrets(statements);
  let waiting = statements;
  const path = searchPath(connection);
  const assumed: string[] = [];
  const run = async (sql: string, isInDomain: boolean): Promise<void> => {
    try {
      await loadStatement(connection, sql);
    } catch (error) {
      const instead = isInDomain ? ofSchemaThere(error as ServerError, sql) : undefined;
      if (instead !== undefined) {
        if (instead !== '') await run(instead, false);
        return;
      }
      const role = options.assumeRoles === true ? missingRole(error as ServerError) : undefined;
      if (role === undefined || assumed.includes(role)) throw error;
      await connection.sql.unsafe(`CREATE ROLE ${identifier(role)}`);
      assumed.push(role);
      await run(sql, isInDomain);
    }
  };
  for (;;) {
    const failed: { readonly statement: DesiredStatement; readonly error: ServerError }[] = [];
    for (const statement of waiting) {
      await path(
        statement.setting ??
          (statement.schema === undefined ? 'RESET search_path' : pathOf(statement.schema)),
      );
      try {
        await run(statement.sql, statement.schema !== undefined);
      } catch (error) {
        if (isAway(error)) throw error;
        failed.push({ statement, error: error as ServerError });
      }
    }
    if (failed.length === 0) return assumed;
    if (failed.length === waiting.length)
      throw new KnownError(
        failed.map(({ statement, error }) => withRoleHelp(problemOf(error, statement.source), error)),
        2,
      );
    waiting = failed.map(({ statement }) => statement);
  }
}

/**
 * Applies the Up sections of migrations, in order, without any history.
 * @param schemaOf the schema of a domain, where its unqualified names are; undefined for `_cluster`.
 * @throws KnownError (2) at the statement that fails.
 */
export async function replay(
  connection: Connection,
  migrations: readonly MigrationFile[],
  schemaOf: (domain: string) => string | undefined,
): Promise<void> {
  for (const { domain, file, text, parsed } of migrations) {
    // As the runner runs it.
    await connection.sql.unsafe(migrationSettings(schemaOf(domain) ?? clusterHistory.schema).join(';'));
    for (const statement of parsed.up?.statements ?? [])
      try {
        await loadStatement(connection, statement.text);
      } catch (error) {
        if (isAway(error)) throw error;
        throw new KnownError([problemOf(error, { file, text, offset: statement.start })], 2, {
          cause: error,
        });
      }
  }
}

/** A desired state is read, compared and written out: none of its statements may hold a secret. */
async function refuseSecrets(statements: readonly DesiredStatement[]): Promise<void> {
  const problems: Problem[] = [];
  for (const { sql, source } of statements) {
    const { line, column } = placeAt(source.text, source.offset);
    const location = { file: source.file, line, column, endLine: line, endColumn: column };
    for (const name of await secretsIn(sql))
      problems.push({
        message: `option ${name} holds a secret, which no desired state may`,
        help: `Write ${identifier(name)} '' here, and give its value out of band: ALTER … OPTIONS (SET ${identifier(name)} …). An empty value stands for whatever the database has.`,
        location,
      });
    const refused = refusedSubscription(sql);
    if (refused !== undefined) problems.push({ ...refused, location });
  }
  if (problems.length > 0) throw inputError(...problems);
}

/** A subscription in a desired state is loaded on a shadow: it must connect to nobody from there. */
function refusedSubscription(sql: string): Problem | undefined {
  if (!/^(create|alter)\s+subscription\b/i.test(sql)) return undefined;
  if (new RegExp(secretValue, 'i').test(sql))
    return {
      message: 'the connection of a subscription holds a secret, which no desired state may',
      help: 'Leave the password out: keep it in a passfile of the server, or set it out of band with ALTER SUBSCRIPTION … CONNECTION.',
    };
  const connects = /^create\b/i.test(sql)
    ? !/\bconnect\s*=\s*(false|off|0|'false'|'off')/i.test(sql)
    : /\benable\b|\brefresh\s+(publication|sequences)\b|\bpublication\b(?![^]*refresh\s*=\s*false)/i.test(
        sql,
      );
  return connects
    ? {
        message: 'a subscription of a desired state would connect to its publisher and copy rows at once',
        help: 'Write WITH (connect = false, …), and enable it out of band, once the tables are there.',
      }
    : undefined;
}

const pathOf = (schema: string) =>
  `SET search_path = ${[...new Set([schema, 'public'])].map(identifier).join(', ')}`;

/** Sets the search_path when it is another than before. */
function searchPath({ sql }: Connection): (setting: string) => Promise<void> {
  let current: string | undefined;
  return async (setting) => {
    if (setting === current) return;
    await sql.unsafe(setting);
    current = setting;
  };
}

/**
 * A domain's schema is there before its SQL is loaded, and a dump makes it all the same.
 * @returns what is left to be done of a CREATE SCHEMA then, or undefined for any other failure.
 */
function ofSchemaThere({ code }: ServerError, sql: string): string | undefined {
  const form =
    /^\s*create\s+schema\s+("(?:[^"]|"")+"|[\w$]+)(?:\s+authorization\s+("(?:[^"]|"")+"|[\w$]+))?\s*$/i;
  const [, schema, owner] = (code === '42P06' ? form.exec(withoutComments(sql)) : null) ?? [];
  if (schema === undefined) return undefined;
  return owner === undefined ? '' : `ALTER SCHEMA ${schema} OWNER TO ${owner}`;
}

const withoutComments = (sql: string) => sql.replaceAll(/^\s*--.*$/gm, '').trim();

interface ServerError extends Error {
  readonly position?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly code?: string;
}

/** A shadow has no tablespaces of its own: one that a statement names is made, in the shadow's own folder. */
async function loadStatement({ sql }: Connection, statement: string): Promise<void> {
  for (;;)
    try {
      await sql.unsafe(statement);
      return;
    } catch (error) {
      const { code, message } = error as ServerError;
      const name = code === '42704' ? /^tablespace "(.*)" does not exist$/.exec(message)?.[1] : undefined;
      if (name === undefined) throw error;
      await sql.unsafe('SET allow_in_place_tablespaces = on');
      await sql.unsafe(`CREATE TABLESPACE ${identifier(name)} LOCATION ''`);
    }
}

/** @returns the role that an error says is not there. */
function missingRole({ code, message }: ServerError): string | undefined {
  return code === '42704' ? /^role "(.*)" does not exist$/.exec(message)?.[1] : undefined;
}

/** Roles are the manifest's: SQL may name those that it declares. */
function withRoleHelp(problem: Problem, error: ServerError): Problem {
  const role = missingRole(error);
  if (role === undefined) return problem;
  const help = `Declare ${role} under roles, or take what names it out of the SQL (pg_dump leaves it out with --no-owner --no-acl).`;
  return { ...problem, help };
}

/** The server's error at its place in the file. */
function problemOf(error: unknown, { file, text, offset }: Source): Problem {
  const { message, position, detail, hint } = error as ServerError;
  const at =
    position === undefined ? offset : offset + offsetOfCharacter(text.slice(offset), Number(position));
  const { line, column } = placeAt(text, at);
  return {
    message: [message, detail].filter(Boolean).join(': '),
    location: { file, line, column, endLine: line, endColumn: column },
    frame: frameAt(text, at),
    ...(hint ? { help: hint } : {}),
  };
}
