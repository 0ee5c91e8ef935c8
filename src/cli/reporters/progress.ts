/** A run's progress, as lines on standard error. */
import { fullName, type MigrationFile } from '../../core/migration/migration-file.ts';
import type { Progress } from '../../db/migrate/progress.ts';
import type { Context } from '../context.ts';

/** @param files all that may come, so that the columns stand from the first line on. */
export function progressReporter(
  { log, logColour: colour }: Pick<Context, 'log' | 'logColour'>,
  files: readonly MigrationFile[],
): Progress {
  const width = Math.max(0, ...files.map(({ domain }) => domain.length));
  const nameWidth = Math.max(0, ...files.map((file) => fullName(file).length));
  const title = (file: Pick<MigrationFile, 'domain' | 'version' | 'name'>) =>
    `${file.domain.padEnd(width)}  ${fullName(file).padEnd(nameWidth)}`;
  return {
    waiting: (database, holder) =>
      log(colour.yellow(`waiting for another run on database ${database}: ${holder}`)),
    blocked: (file, blockers) =>
      log(`${title(file)}  ${colour.yellow(`waits for a lock that ${blockers} has`)}`),
    retrying: (file, attempt, attempts, pause, blockers) =>
      log(
        `${title(file)}  ${colour.yellow(`lock not available${blockers === '' ? '' : `, ${blockers} has it`}; rolled back, attempt ${attempt + 1} of ${attempts} in ${pause / 1000} s`)}`,
      ),
    done: (done, direction) =>
      log(
        `${title(done)}  ${direction === 'up' ? '' : 'taken back  '}${colour.dim(duration(done.milliseconds))}`,
      ),
  };
}

const duration = (milliseconds: number) =>
  milliseconds < 10_000
    ? `${String(Math.round(milliseconds)).padStart(4)} ms`
    : `${(milliseconds / 1000).toFixed(1).padStart(5)} s`;
