/** Runs rules and makes findings of what they yield: severity, waivers, baseline, fingerprint, order. */
import type { LintOptions, ManifestPath, Waiver } from '../manifest/manifest.ts';
import {
  type Finding,
  type Found,
  type Location,
  type Rule,
  type Severity,
  fingerprintOf,
} from '../model/finding.ts';
import { globs } from '../model/glob.ts';

export interface RunOptions {
  /** The place in a file that a path in the manifest leads to. Default: findings about the manifest have no location. */
  readonly locate?: (path: ManifestPath) => Location | undefined;
  /** Fingerprints of the findings that stood when the gate was switched on: they count as waived. */
  readonly baseline?: ReadonlySet<string>;
  /** Only findings of these domains; null stands for those of none (roles, the cluster). Default: all. */
  readonly domains?: ReadonlySet<string | null>;
  /** Which of several databases is judged. */
  readonly database?: string;
  /** What the facts of its server are told with, where the databases lie on several: a database there. Default: nothing. */
  readonly server?: string;
}

/**
 * @param input what the rules check; every rule is given the same.
 * @param lint the manifest's `lint`: a rule's severity or `off`, and the waivers.
 * @param today ISO date (UTC): a waiver holds up to and with its `until`.
 * @returns findings by severity, domain, subject and rule, each fingerprint once. A waiver that has expired waives
 * nothing, and is a finding itself: `lint/waiver-expired`.
 */
export function runRules<Input>(
  rules: readonly Rule<Input>[],
  input: Input,
  lint: Pick<LintOptions, 'rules' | 'waivers'>,
  today: string,
  options: RunOptions = {},
): Finding[] {
  const findings = new Map<string, Finding>();
  const expired = new Map<Waiver, number>();
  const waive = waivedBy(lint.waivers);
  for (const rule of rules) {
    const severity = lint.rules.get(rule.name);
    if (severity === 'off') continue;
    for (const found of rule.check(input)) {
      if (options.domains?.has(found.domain) === false) continue;
      const waivers = waive(rule.name, found.subject);
      const valid = waivers.find(({ until }) => until === undefined || until >= today);
      if (valid === undefined)
        for (const waiver of waivers) expired.set(waiver, (expired.get(waiver) ?? 0) + 1);
      const finding = findingOf(rule, found, severity, valid, options);
      if (!findings.has(finding.fingerprint)) findings.set(finding.fingerprint, finding);
    }
  }
  for (const finding of expiredFindings(expired, lint.rules, options))
    findings.set(finding.fingerprint, finding);
  return inOrder([...findings.values()]);
}

function findingOf(
  rule: Pick<Rule<never>, 'name' | 'severity'>,
  found: Found,
  severity: Severity | undefined,
  waiver: Waiver | undefined,
  { locate, baseline, ...options }: RunOptions,
): Finding {
  const database = found.ofServer === true ? options.server : options.database;
  const fingerprint = fingerprintOf(rule.name, found, database);
  const location = found.location ?? (found.path === undefined ? undefined : locate?.(found.path));
  return {
    rule: rule.name,
    severity: severity ?? found.severity ?? rule.severity,
    domain: found.domain,
    ...(database === undefined ? {} : { database }),
    subject: found.subject,
    message: found.message,
    consequence: found.consequence ?? null,
    help: found.help,
    location: location ?? null,
    fingerprint,
    waived:
      waiver !== undefined
        ? { reason: waiver.reason, owner: waiver.owner, until: waiver.until ?? null }
        : baseline?.has(fingerprint)
          ? { reason: 'stood when the baseline was written', owner: 'baseline', until: null }
          : null,
    fix: found.fix ?? [],
  };
}

function waivedBy(waivers: readonly Waiver[]): (rule: string, subject: string) => readonly Waiver[] {
  const tests = waivers.map((waiver) => ({
    waiver,
    rule: globs([waiver.rule]),
    subject: globs([waiver.subject]),
  }));
  return (rule, subject) =>
    tests.filter((test) => test.rule(rule) && test.subject(subject)).map(({ waiver }) => waiver);
}

function expiredFindings(
  expired: ReadonlyMap<Waiver, number>,
  severities: LintOptions['rules'],
  options: RunOptions,
): Finding[] {
  const rule = { name: 'lint/waiver-expired', severity: 'warning' } as const;
  const severity = severities.get(rule.name);
  if (severity === 'off') return [];
  return [...expired].map(([waiver, count]) =>
    findingOf(
      rule,
      {
        domain: null,
        ofServer: true,
        subject: waiver.subject,
        message: `the waiver of ${waiver.rule} by ${waiver.owner} expired on ${waiver.until}: ${count === 1 ? 'its finding stands' : `its ${count} findings stand`}`,
        help: 'Mend what the rule reports, or agree on a new date in lint.waivers.',
        path: waiver.path,
        discriminator: waiver.rule,
      },
      severity,
      undefined,
      options,
    ),
  );
}

/** @returns findings by severity, domain, subject and rule, each fingerprint once: of several databases on one server, a role is told once. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [finding.fingerprint, finding])).values()].sort(byUrgency);
}

const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

function byUrgency(a: Finding, b: Finding): number {
  return (
    rank[a.severity] - rank[b.severity] ||
    compare(a.domain ?? '', b.domain ?? '') ||
    compare(a.subject, b.subject) ||
    compare(a.rule, b.rule) ||
    compare(a.fingerprint, b.fingerprint)
  );
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** @returns how many findings of each severity there are, and how many are waived (counted apart). */
export function summaryOf(findings: readonly Finding[]): Record<Severity | 'waived', number> {
  const summary = { error: 0, warning: 0, info: 0, waived: 0 };
  for (const { severity, waived } of findings) summary[waived === null ? severity : 'waived'] += 1;
  return summary;
}

/** @returns whether a gate fails: any error or warning that nobody waived. */
export function fails(findings: readonly Finding[]): boolean {
  return findings.some(({ severity, waived }) => waived === null && severity !== 'info');
}
