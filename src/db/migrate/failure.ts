/** A failed migration, as people need it: the place in the file, the server's words, and what stands now. */
import { frameAt, offsetOfCharacter, placeAt } from '../../core/migration/frame.ts';
import { fullName } from '../../core/migration/migration-file.ts';
import { KnownError, operationalError, type Problem } from '../../core/model/problem.ts';
import { identifier } from '../../sql/quote.ts';
import type { Connection } from '../connect.ts';
import { StatementError, type Step } from './runner.ts';

export interface Circumstances {
  /** Migrations of this run that stand. */
  readonly stand: number;
  /** Who blocked the last statement, in words; empty: nobody. */
  readonly blockers: string;
  /** Whether the person has stopped it. */
  readonly stopped: boolean;
}

/** @returns the error to throw for what ended a step. Errors that are already for people pass. */
export async function failureOf(
  error: unknown,
  step: Step,
  connection: Connection,
  circumstances: Circumstances,
): Promise<Error> {
  if (!(error instanceof StatementError)) return error as Error;
  if (error.cause instanceof KnownError) return error.cause;
  const { file, direction } = step;
  const { server, index } = error;
  const statement = index === undefined ? undefined : file.parsed[direction]!.statements[index];
  const name = `${file.domain}/${fullName(file)}`;
  const standing = await standingOf(error, step, connection, circumstances.stand);
  const said = circumstances.stopped
    ? `stopped in ${name}`
    : `${name}: ${server.message}${server.code === undefined ? '' : ` (${server.code})`}`;
  const blocked = circumstances.blockers === '' ? '' : ` It waited for ${circumstances.blockers}.`;
  const offset =
    statement === undefined
      ? undefined
      : statement.start +
        (server.position === undefined ? 0 : offsetOfCharacter(statement.text, Number(server.position)));
  const problem: Problem = {
    message: `${said}.${blocked} ${standing}`,
    help: helpFor(error, step, circumstances.stopped, connection.address.user),
    ...(offset === undefined || circumstances.stopped
      ? {}
      : { ...placeOf(file.file, file.text, offset), frame: frameWith(frameAt(file.text, offset), server) }),
  };
  return operationalError(problem, error);
}

function placeOf(file: string, text: string, offset: number): Pick<Problem, 'location'> {
  const { line, column } = placeAt(text, offset);
  return { location: { file, line, column, endLine: line, endColumn: column } };
}

function frameWith(frame: string, { detail, hint, where }: StatementError['server']): string {
  const lines = [
    ...(detail === undefined ? [] : [`  detail: ${detail}`]),
    ...(hint === undefined ? [] : [`  hint: ${hint}`]),
    ...(where === undefined ? [] : [`  where: ${where.split('\n').join('\n         ')}`]),
  ];
  return [frame, ...lines].join('\n');
}

/** What of the run is in the database now. */
async function standingOf(
  { index, server }: StatementError,
  { file, direction, history }: Step,
  connection: Connection,
  stand: number,
): Promise<string> {
  const name = `${file.domain}/${fullName(file)}`;
  const done = direction === 'up' ? 'applied' : 'taken back';
  const earlier =
    stand === 0
      ? ''
      : `; ${stand === 1 ? 'the migration' : `the ${stand} migrations`} of this run before it ${stand === 1 ? 'is' : 'are'} ${done}`;
  const lost = server.code === undefined || server.code.startsWith('57P') || server.code.startsWith('08');
  if (file.parsed.transaction === 'on')
    return lost && index === undefined
      ? `The connection was lost; whether ${name} is ${done}, dbctl status tells${earlier}.`
      : `Nothing of ${name} is ${done}${earlier}.`;
  const before = index ?? file.parsed[direction]!.statements.length;
  const parts = [
    before === 0
      ? `It runs outside a transaction; none of its statements was finished`
      : `It runs outside a transaction: statement${before === 1 ? ' 1 stands' : `s 1 to ${before} stand`}`,
    `it is not recorded as ${done}, and the next run begins it anew`,
  ];
  const invalid = await invalidIndexes(connection, history.schema);
  const drop = invalid.map((each) => `DROP INDEX CONCURRENTLY ${each};`).join(' ');
  return `${parts.join('; ')}${earlier}.${invalid.length === 0 ? '' : ` An invalid index is left behind: ${drop}`}`;
}

/** What an interrupted CREATE INDEX CONCURRENTLY leaves. Asked after a failure, when the connection may be gone too. */
async function invalidIndexes({ sql }: Connection, schema: string): Promise<string[]> {
  try {
    const rows = await sql<{ name: string }[]>`
      SELECT format('%I.%I', nspname, relname) AS name FROM pg_index i
      JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT i.indisvalid AND c.relkind = 'i' AND nspname = ${schema} ORDER BY 1`;
    return rows.map(({ name }) => name);
  } catch {
    return [];
  }
}

function helpFor(
  { index, server: { code, message } }: StatementError,
  { file, direction }: Step,
  stopped: boolean,
  user: string,
): string {
  const verb = direction === 'up' ? 'dbctl migrate' : 'dbctl rollback';
  const off = file.parsed.transaction === 'off';
  if (code === '42P01' && index === undefined)
    return `Take DROP SCHEMA out of ${file.file}: the history lies in the schema, and dbctl drops it when it is empty.`;
  if (stopped) return off ? `Put right what stands, then run ${verb} again.` : `Run ${verb} again to go on.`;
  switch (code) {
    case '55P03':
      return `Run ${verb} again when the blocking session has ended, or end it: SELECT pg_terminate_backend(<pid>).`;
    case '25001':
      return 'Write `-- transaction: off` in the header, and keep such statements in a migration of their own.';
    case '42501': {
      const role = /must be (?:able to SET ROLE|(?:a )?member of role) "(.+)"/.exec(message)?.[1];
      if (role !== undefined)
        return `Who gives an object away must be in the group of whom it goes to. Write: GRANT ${identifier(role)} TO ${identifier(user)}. Who created a role may grant it to itself.`;
      return 'Connect as a role that may do this, or have the privilege granted.';
    }
    case undefined:
      return `Check the connection, then run ${verb} again.`;
    default:
      return off
        ? `Undo what stands, correct the file, then run ${verb} again.`
        : `Correct ${file.file}, then run ${verb} again.`;
  }
}
