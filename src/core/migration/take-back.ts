/** Which applied migrations a rollback takes back, and in which order. Pure. */
import { inputError, type Problem } from '../model/problem.ts';
import type { AppliedMigration } from './history.ts';
import { byVersion, fullName, type MigrationFile } from './migration-file.ts';
import type { DomainHistory } from './pending.ts';
import { compareVersions } from './version.ts';

/** One applied migration and the file that it came from. */
export interface Reversal {
  readonly database: string;
  readonly file: MigrationFile;
  readonly applied: AppliedMigration;
}
/** How far back: a count of migrations, or everything after a version (`0`: everything). */
export type Reach = { readonly steps: number } | { readonly to: string };

/**
 * @param histories the selected domains.
 * @param others further domains, whose migrations may require one of these.
 * @param domains every domain in the dependency order.
 * @returns the migrations to take back, the newest first.
 * @throws KnownError (2) when one cannot be: its file is gone or edited, it has no Down section, or an applied
 * migration that stays requires it.
 */
export function reversals(
  histories: readonly DomainHistory[],
  others: readonly DomainHistory[],
  domains: readonly string[],
  reach: Reach,
): Reversal[] {
  const order = byVersion(domains);
  const rows = histories
    .flatMap(({ domain, database, applied }) => applied.map((row) => ({ domain, database, row })))
    .toSorted((a, b) => order({ ...b.row, domain: b.domain }, { ...a.row, domain: a.domain }));
  if (
    'to' in reach &&
    reach.to !== '0' &&
    !histories.some(({ files, applied }) =>
      [...files, ...applied].some(({ version }) => compareVersions(version, reach.to) === 0),
    )
  )
    throw inputError({
      message: `--to ${reach.to}: no migration has this version`,
      help: 'Name the version of a migration, as dbctl status shows it, or 0 to take back everything.',
    });
  const taken =
    'steps' in reach
      ? rows.slice(0, reach.steps)
      : rows.filter(({ row }) => reach.to === '0' || compareVersions(row.version, reach.to) > 0);
  const filesOf = new Map(histories.map(({ domain, files }) => [domain, files]));
  const problems: Problem[] = [];
  const found: Reversal[] = [];
  for (const { domain, database, row } of taken) {
    const file = filesOf.get(domain)!.find((each) => fullName(each) === fullName(row));
    const refuse = (message: string, help: string) =>
      problems.push({
        message: `cannot take back ${domain}/${fullName(row)}: ${message}`,
        help,
        ...(file === undefined
          ? {}
          : { location: { file: file.file, line: 1, column: 1, endLine: 1, endColumn: 1 } }),
      });
    if (file === undefined) refuse('its file is gone', 'Restore the file from version control.');
    else if (row.checksum !== null && row.checksum !== file.checksum)
      refuse('the file has been edited since it was applied', 'Restore the file as it was applied.');
    else if (file.parsed.down === undefined)
      refuse('it has no Down section', 'Write a migration that undoes it, and apply that.');
    else found.push({ database, file, applied: row });
  }
  problems.push(...needed(taken, [...histories, ...others]));
  if (problems.length > 0) throw inputError(...problems);
  return found;
}

/** Those taken back that a migration which stays requires. */
function needed(
  taken: readonly { readonly domain: string; readonly row: AppliedMigration }[],
  histories: readonly DomainHistory[],
): Problem[] {
  const goes = new Set(taken.map(({ domain, row }) => `${domain}/${fullName(row)}`));
  return histories.flatMap(({ domain, files, applied }) => {
    const names = new Set(applied.map(fullName));
    return files
      .filter((file) => names.has(fullName(file)) && !goes.has(`${domain}/${fullName(file)}`))
      .flatMap((file) =>
        file.parsed.requires
          .filter((requirement) =>
            taken.some(
              (each) =>
                each.domain === requirement.domain &&
                compareVersions(each.row.version, requirement.version) === 0,
            ),
          )
          .map((requirement) => ({
            message: `cannot take back ${requirement.domain}@${requirement.version}: ${domain}/${fullName(file)} is applied and requires it`,
            help: `Take that back too: add --domain ${domain}, or more --steps.`,
          })),
      );
  });
}
