/** Statements that Ctrl-C ends: the one that runs is cancelled on the server, and none comes after it. */

/** What the driver makes of a statement. */
interface Query<T> extends PromiseLike<T> {
  cancel(): unknown;
}

export interface Stoppable {
  /** @throws when it was stopped before or meanwhile. */
  run<T>(query: Query<T>): Promise<T>;
  /** To be asked before what is done is kept. @throws when it was stopped. */
  check(): void;
}

/** Runs `use`, which passes what it does through `run`. @param signal none: nothing stops it. */
export async function stoppable<T>(
  signal: AbortSignal | undefined,
  use: (stop: Stoppable) => Promise<T>,
): Promise<T> {
  let running: Query<unknown> | undefined;
  const cancel = () => void running?.cancel();
  signal?.addEventListener('abort', cancel);
  const check = () => {
    if (signal?.aborted === true) throw new Error('stopped');
  };
  try {
    return await use({
      check,
      // A query begins when it is waited for.
      run: async (query) => {
        check();
        running = query;
        try {
          return await query;
        } finally {
          running = undefined;
        }
      },
    });
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}
