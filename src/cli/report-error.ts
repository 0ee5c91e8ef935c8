/** Says what went wrong: a known error as message, place and advice; an unknown one as a bug. */
import { isAway, lostConnection } from '../db/away.ts';
import { KnownError, type Problem } from '../core/model/problem.ts';
import type { Context } from './context.ts';
import { shown } from './shown-path.ts';

/** Prints to standard error, returns the exit status that the error stands for. */
export function reportError(thrown: unknown, context: Context): number {
  const error = isAway(thrown) && !(thrown instanceof KnownError) ? lost(thrown as Error) : thrown;
  const { logColour: colour } = context;
  const print = (text: string) => process.stderr.write(`${text}\n`);
  if (context.signal.aborted) {
    print(colour.yellow('Stopped.'));
    // That its server went away with it is no news.
    if (error instanceof KnownError && !isAway(error))
      for (const problem of error.problems) print(problemText(problem, context));
    return context.signal.reason === 'SIGTERM' ? 143 : 130;
  }
  if (error instanceof KnownError) {
    if (context.global.format === 'json') {
      const problems = error.problems.map(({ message, help, location, path }) => ({
        message,
        help: help ?? null,
        path: path ?? null,
        location: location === undefined ? null : { ...location, file: shown(location.file) },
      }));
      context.out(JSON.stringify({ version: 1, command: 'error', problems }, null, 2));
    }
    for (const problem of error.problems) print(problemText(problem, context));
    return error.status;
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  print(`${colour.red('error')}: this is a bug in dbctl, please report it with the lines below.\n${message}`);
  return 3;
}

/** What the driver says of a closed connection tells no more than that. */
const lost = (error: Error) =>
  lostConnection('PostgreSQL', error.message.includes('CONNECTION_') ? '' : `: ${error.message}`, error);

/** One problem as people read it: place, message, frame, advice. */
export function problemText(
  problem: Problem,
  context: Pick<Context, 'logColour'>,
  level: 'error' | 'warning' = 'error',
): string {
  const { logColour: colour } = context;
  const place = problem.location;
  const where =
    place === undefined ? '' : `${colour.cyan(`${shown(place.file)}:${place.line}:${place.column}`)} `;
  const path = problem.path === undefined ? '' : colour.dim(` (${problem.path})`);
  const lines = [
    `${where}${level === 'error' ? colour.red(level) : colour.yellow(level)}: ${problem.message}${path}`,
  ];
  if (problem.frame !== undefined) lines.push(problem.frame);
  if (problem.help !== undefined) lines.push(`  ${colour.green('help')}: ${problem.help}`);
  return lines.join('\n');
}
