/** Errors that are the user's to mend. Everything else that is thrown is a bug, and is reported as one. */
import type { Location } from './finding.ts';

/** What a person needs to know of one thing that is wrong: what, where, and what to do instead. */
export interface Problem {
  readonly message: string;
  /** Starts with a verb. */
  readonly help?: string;
  readonly location?: Location;
  /** The manifest's path, as a person reads it: `roles.app.grants[0].on`. */
  readonly path?: string;
  /** The lines around the place, with a caret. */
  readonly frame?: string;
}

/** A known error: its problems are all there is to say, and it ends the command with `status`. */
export class KnownError extends Error {
  override name = 'KnownError';
  readonly problems: readonly Problem[];
  /** 2: usage, manifest or migration file; 3: operational (connection, SQL, lock). */
  readonly status: 2 | 3;
  constructor(problems: readonly Problem[], status: 2 | 3, options?: ErrorOptions) {
    super(problems.map(({ message }) => message).join('\n'), options);
    this.problems = problems;
    this.status = status;
  }
}

/** Usage, manifest or migration-file error: exit status 2. */
export function inputError(...problems: readonly Problem[]): KnownError {
  return new KnownError(problems, 2);
}

/** Operational error (connection, SQL, lock): exit status 3. */
export function operationalError(problem: Problem, cause?: unknown): KnownError {
  return new KnownError([problem], 3, cause === undefined ? undefined : { cause });
}
