/** Where the domains stand: text and JSON. */
import { fullName } from '../../core/migration/migration-file.ts';
import { type DomainStatus, problemsOf } from '../../core/migration/pending.ts';
import type { Context } from '../context.ts';
import { problemText } from '../report-error.ts';

/**
 * @param unrecorded domains that are there without a history.
 * @returns a table of domains, then what is pending, then what is wrong, then what to do about a database that is there
 * already.
 */
export function statusText(
  statuses: readonly DomainStatus[],
  unrecorded: ReadonlySet<string>,
  context: Context,
): string {
  const { outColour: colour } = context;
  const several = new Set(statuses.map(({ database }) => database)).size > 1;
  const heads = [
    'domain',
    ...(several ? ['database'] : []),
    'applied',
    'pending',
    'problems',
    'newest applied',
  ];
  const rows = statuses.map(({ domain, database, applied, pending, problems }) => [
    domain,
    ...(several ? [database] : []),
    String(applied.length),
    String(pending.length),
    String(problems.length),
    applied.length === 0 ? '–' : fullName(applied.at(-1)!),
  ]);
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]!.length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        /^\d+$/.test(cell) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  const pending = statuses.flatMap(({ domain, pending }) =>
    pending.map((migration) => `  ${domain}/${fullName(migration)}`),
  );
  const there = statuses
    .filter(({ domain, pending }) => pending.length > 0 && unrecorded.has(domain))
    .map(({ domain }) => domain);
  const problems = statuses
    .flatMap((status) => problemsOf(status))
    .map((problem) => problemText(problem, { logColour: colour }));
  return [
    colour.dim(line(heads)),
    ...rows.map(line),
    ...(pending.length === 0 ? [] : ['', 'Pending:', ...pending]),
    ...(problems.length === 0 ? [] : ['', ...problems]),
    ...(there.length === 0
      ? []
      : [
          '',
          `${colour.yellow('There already, with no history:')} ${there.join(', ')}. dbctl migrate would make it anew, and fail.`,
          'If it is what the migrations make, have that checked and recorded, without running any: dbctl migrate --adopt',
        ]),
  ].join('\n');
}

/** @returns the report of DESIGN.md, §5. */
export function statusJson(statuses: readonly DomainStatus[], unrecorded: ReadonlySet<string>): unknown {
  return {
    version: 1,
    command: 'status',
    domains: statuses.map(({ domain, database, applied, pending, problems }) => ({
      domain,
      database,
      applied: applied.map(({ version, name, appliedAt }) => ({
        version,
        name,
        appliedAt: appliedAt.toISOString(),
      })),
      pending: pending.map(({ version, name }) => ({ version, name })),
      unrecorded: unrecorded.has(domain),
      problems: problems.map(
        ({ rule, severity, domain, subject, message, consequence, help, location, fingerprint, waived }) => ({
          rule,
          severity,
          domain,
          subject,
          message,
          consequence,
          help,
          location,
          fingerprint,
          waived,
        }),
      ),
    })),
  };
}
