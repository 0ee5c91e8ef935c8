/** Files on disk against histories in databases: what is pending, what is applied, what does not fit. Pure. */
import type { Finding, Found } from '../model/finding.ts';
import { fingerprintOf } from '../model/finding.ts';
import type { AppliedMigration } from './history.ts';
import type { Problem } from '../model/problem.ts';
import { byVersion, fullName, type MigrationFile } from './migration-file.ts';
import { compareVersions } from './version.ts';

/** One domain: its files, and its history (empty when there is no table). */
export interface DomainHistory {
  readonly domain: string;
  /** Key into the manifest's `databases`. */
  readonly database: string;
  readonly files: readonly MigrationFile[];
  readonly applied: readonly AppliedMigration[];
}

export interface DomainStatus extends DomainHistory {
  readonly pending: readonly MigrationFile[];
  /** Each an error that `migrate` refuses to work over. */
  readonly problems: readonly Finding[];
}

/**
 * @param selected the domains that are asked about.
 * @param others further domains, whose versions may be required.
 * @param domains every domain in the dependency order.
 */
export function statusOf(
  selected: readonly DomainHistory[],
  others: readonly DomainHistory[],
  domains: readonly string[],
): DomainStatus[] {
  const all = new Map([...others, ...selected].map((history) => [history.domain, history]));
  const chosen = new Set(selected.map(({ domain }) => domain));
  return selected.map((history) => {
    const names = new Set(history.applied.map(fullName));
    const pending = history.files.filter((migration) => !names.has(fullName(migration)));
    const problems = [
      ...gone(history),
      ...edited(history),
      ...outOfOrder(history, pending),
      ...pending.flatMap((migration) => unmet(migration, all, chosen, domains)),
    ];
    return { ...history, pending, problems };
  });
}

/** @returns the pending migrations of all domains, in the order in which they are applied. */
export function inOrder(statuses: readonly DomainStatus[], domains: readonly string[]): MigrationFile[] {
  return statuses.flatMap(({ pending }) => pending).toSorted(byVersion(domains));
}

/** @returns a status's problems as errors for people. */
export function problemsOf({ problems }: Pick<DomainStatus, 'problems'>): Problem[] {
  return problems.map(({ message, help, location }) => ({
    message,
    help,
    ...(location === null ? {} : { location }),
  }));
}

function problem(rule: string, found: Found): Finding {
  return {
    rule,
    severity: 'error',
    domain: found.domain,
    subject: found.subject,
    message: found.message,
    help: found.help,
    consequence: null,
    location: found.location ?? null,
    fingerprint: fingerprintOf(rule, found),
    waived: null,
    fix: [],
  };
}

const subjectOf = (domain: string, migration: Pick<MigrationFile, 'version' | 'name'>) =>
  `${domain}/${fullName(migration)}`;
const startOf = ({ file }: MigrationFile) => ({ file, line: 1, column: 1, endLine: 1, endColumn: 1 });
const day = (time: Date) => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** @returns the applied migrations whose files are gone: what they made, nobody can tell any more. */
export function gone({ domain, files, applied }: DomainHistory): Finding[] {
  const names = new Set(files.map(fullName));
  return applied
    .filter((row) => !names.has(fullName(row)))
    .map((row) =>
      problem('migration/file-gone', {
        domain,
        subject: subjectOf(domain, row),
        message: `${subjectOf(domain, row)} was applied on ${day(row.appliedAt)}, and its file is gone`,
        help: 'Restore the file from version control, or check that this is the right branch and database.',
      }),
    );
}

function edited({ domain, files, applied }: DomainHistory): Finding[] {
  const byName = new Map(files.map((file) => [fullName(file), file]));
  return applied.flatMap((row) => {
    const file = byName.get(fullName(row));
    if (file === undefined || row.checksum === null || row.checksum === file.checksum) return [];
    return [
      problem('migration/edited', {
        domain,
        subject: subjectOf(domain, row),
        message: `${subjectOf(domain, row)} has been edited since it was applied on ${day(row.appliedAt)}${row.appliedBy === null ? '' : ` by ${row.appliedBy}`}`,
        help: 'Restore the file as it was applied, and write what you changed as a new migration.',
        location: startOf(file),
      }),
    ];
  });
}

function outOfOrder({ domain, applied }: DomainHistory, pending: readonly MigrationFile[]): Finding[] {
  const newest = applied.reduce<AppliedMigration | undefined>(
    (best, row) => (best === undefined || compareVersions(row.version, best.version) > 0 ? row : best),
    undefined,
  );
  if (newest === undefined) return [];
  return pending
    .filter(({ version }) => compareVersions(version, newest.version) < 0)
    .map((migration) =>
      problem('migration/out-of-order', {
        domain,
        subject: subjectOf(domain, migration),
        message: `${subjectOf(domain, migration)} is not applied, but the later ${fullName(newest)} is`,
        help: 'Rename the file with a version after that one (a merge brought it in late), or roll back to before it.',
        location: startOf(migration),
      }),
    );
}

/** A requirement is met by what is applied, or by what is pending here and comes first. */
function unmet(
  migration: MigrationFile,
  all: ReadonlyMap<string, DomainHistory>,
  chosen: ReadonlySet<string>,
  domains: readonly string[],
): Finding[] {
  const first = byVersion(domains);
  return migration.parsed.requires.flatMap((requirement) => {
    const { domain, version } = requirement;
    const other = all.get(domain);
    const same = (each: { readonly version: string }) => compareVersions(each.version, version) === 0;
    // A domain of another database, which nobody has asked about, is taken on trust.
    if (other === undefined && domains.includes(domain)) return [];
    if (other?.applied.some(same)) return [];
    const file = other?.files.find(same);
    const wanted = `${domain}@${version}`;
    const found = (why: string, help: string) => [
      problem('migration/requirement', {
        domain: migration.domain,
        subject: subjectOf(migration.domain, migration),
        message: `${subjectOf(migration.domain, migration)} requires ${wanted}, ${why}`,
        help,
        location: startOf(migration),
        discriminator: wanted,
      }),
    ];
    if (file === undefined)
      return found('which is neither applied nor a file', 'Correct the line `-- requires:` in its header.');
    if (!chosen.has(domain)) return found('which is not applied', `Apply it too: add --domain ${domain}.`);
    if (first(file, migration) > 0) return found('which comes later', `Give it a version after ${version}.`);
    return [];
  });
}
