/** What a command gets from outside: streams, environment, clock, the signal to stop. Commands touch no globals. */
import type { Chalk } from './colour.ts';

export interface Context {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** The result: standard output, or the file of --output. */
  readonly out: (text: string) => void;
  /** Progress and logs: standard error. Silent with --quiet. */
  readonly log: (text: string) => void;
  /** Further detail on standard error with --verbose. */
  readonly debug: (text: string) => void;
  /** Colours for `out`; level 0 unless it is a terminal. */
  readonly outColour: Chalk;
  readonly logColour: Chalk;
  /** Whether a person can be asked a question. */
  readonly interactive: boolean;
  /** Aborted by Ctrl-C or SIGTERM: unwind, leave nothing broken. */
  readonly signal: AbortSignal;
  readonly global: GlobalOptions;
}

export interface GlobalOptions {
  readonly manifest?: string;
  readonly databaseUrl?: string;
  readonly domains: readonly string[];
  readonly format: string;
}

/** 0 clean; 1 findings, pending work or drift; 2 usage, manifest or migration-file error; 3 operational error. */
export type ExitStatus = 0 | 1 | 2 | 3;
