/** Servers that are not there (yet, or any more): how errors tell of it. */
import { type KnownError, operationalError } from '../core/model/problem.ts';

/**
 * @param to where the connection went. @param why in few words, if anything is known. @param cause what the driver threw.
 * @returns the error (3) that tells of a lost connection.
 */
export const lostConnection = (to: string, why = '', cause?: unknown): KnownError =>
  operationalError(
    {
      message: `the connection to ${to} was lost${why}`,
      help: 'Look into the server’s log, and run the command again: what was not committed is not done.',
    },
    cause,
  );

let lost = false;
/** Notes that a connection has ended that nobody had closed. */
export const noteLost = (): void => {
  lost = true;
};
/** Whether the driver may fail where nobody waits for it: it writes once more to a socket that is gone. */
export const hasLost = (): boolean => lost;

/** SQLSTATEs, and errors of the system and of the driver. */
const away = new Set([
  '57P01',
  '57P02',
  '57P03',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
]);

/** Whether an error, or what caused it, says that the server is not there (yet, or any more). */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  // A socket that is gone, not a file.
  const isGone = code === 'ENOENT' && syscall === 'connect';
  return isGone || (code !== undefined && away.has(code)) || isAway(error.cause);
}
