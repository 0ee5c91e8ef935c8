/** A command that nothing can end any more must not be waited for. */
import { hasLost, lostConnection } from '../db/away.ts';

/**
 * @returns what the work comes to.
 * @throws what fails where nobody waits for it; KnownError (3) when all has come to rest and the work has not ended: a
 * driver waits for a connection that is lost. The process must end then, whatever else is open.
 */
export async function whileAlive<T>(work: Promise<T>): Promise<T> {
  let onRest: () => void = () => {};
  let onError: (error: unknown) => void = () => {};
  let isLeft = false;
  const failure = new Promise<never>((_, reject) => {
    const leave = (error: unknown) => {
      isLeft = true;
      reject(error);
    };
    const lost = (cause?: unknown) => lostConnection('PostgreSQL', '', cause);
    onError = (error) => leave(hasLost() && error instanceof TypeError ? lost(error) : error);
    onRest = () => leave(lost());
  });
  process.once('beforeExit', onRest);
  process.on('uncaughtException', onError);
  try {
    return await Promise.race([work, failure]);
  } finally {
    process.off('beforeExit', onRest);
    // The driver may fail once more, until the end.
    if (!hasLost()) process.off('uncaughtException', onError);
    else process.on('uncaughtException', () => {});
    // Time for what is still to be said.
    if (isLeft) setTimeout(() => process.exit(), 500);
  }
}
