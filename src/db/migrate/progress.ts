/** What a run tells while it works; `cli/reporters/progress.ts` puts it into words. */
import type { MigrationFile } from '../../core/migration/migration-file.ts';
import type { Direction } from './runner.ts';

/** One migration applied or taken back. */
export interface Done {
  readonly domain: string;
  readonly database: string;
  readonly version: string;
  readonly name: string;
  readonly milliseconds: number;
}

export interface Progress {
  /** Another run has the lock of a domain. */
  waiting(database: string, holder: string): void;
  /** A statement waits for a lock. */
  blocked(file: MigrationFile, blockers: string): void;
  /** The lock did not come; it is tried again after `pause` milliseconds. */
  retrying(file: MigrationFile, attempt: number, attempts: number, pause: number, blockers: string): void;
  done(done: Done, direction: Direction): void;
}
