import { describe, expect, it } from 'vitest';
import type { Waiver } from '../manifest/manifest.ts';
import type { Found, Rule } from '../model/finding.ts';
import { fails, inOrder, runRules, summaryOf } from './run.ts';

const found = (subject: string, more: Partial<Found> = {}): Found => ({
  domain: 'auth',
  subject,
  message: `${subject} is wrong`,
  help: 'Mend it.',
  ...more,
});
const rule = (name: string, severity: Rule<null>['severity'], ...all: Found[]): Rule<null> => ({
  name,
  severity,
  summary: '',
  why: '',
  check: () => all,
});
const waiver = (more: Partial<Waiver>): Waiver => ({
  rule: 'a/b',
  subject: '*',
  owner: 'team',
  reason: 'agreed',
  path: ['lint', 'waivers', 0],
  ...more,
});
const lint = (
  waivers: readonly Waiver[] = [],
  rules: readonly (readonly [string, 'error' | 'info' | 'off'])[] = [],
) => ({
  waivers,
  rules: new Map(rules),
});
const today = '2026-03-01';

describe('runRules', () => {
  it('sorts by severity, domain, subject', () => {
    const findings = runRules(
      [
        rule('a/info', 'info', found('a.a')),
        rule('a/error', 'error', found('z.z'), found('b.b'), found('c.c', { domain: 'aaa' })),
        rule('a/warning', 'warning', found('a.a')),
      ],
      null,
      lint(),
      today,
    );
    expect(findings.map(({ rule: name, subject }) => `${name} ${subject}`)).toEqual([
      'a/error c.c',
      'a/error b.b',
      'a/error z.z',
      'a/warning a.a',
      'a/info a.a',
    ]);
  });

  it('takes the severity of the manifest before the finding’s and the rule’s; off is not run', () => {
    const off: Rule<null> = {
      ...rule('a/off', 'error'),
      check: () => {
        throw new Error('was run');
      },
    };
    const findings = runRules(
      [
        rule('a/b', 'error', found('x', { severity: 'warning' })),
        rule('a/c', 'error', found('x', { severity: 'info' })),
        off,
      ],
      null,
      lint(
        [],
        [
          ['a/b', 'info'],
          ['a/off', 'off'],
        ],
      ),
      today,
    );
    expect(findings.map(({ severity }) => severity)).toEqual(['info', 'info']);
    expect(fails(findings)).toBe(false);
  });

  it('a waiver holds up to and with its day, for its rule and subjects', () => {
    const rules = [rule('a/b', 'error', found('auth.users'), found('tenants.tenants'))];
    const on = (day: string) =>
      runRules(rules, null, lint([waiver({ subject: 'auth.*', until: '2026-03-01' })]), day);
    const waived = on('2026-03-01');
    expect(waived.map(({ subject, waived: by }) => [subject, by?.owner])).toEqual([
      ['auth.users', 'team'],
      ['tenants.tenants', undefined],
    ]);
    expect(summaryOf(waived)).toEqual({ error: 1, warning: 0, info: 0, waived: 1 });
    const expired = on('2026-03-02');
    expect(expired.map(({ rule: name, waived: by }) => [name, by])).toEqual([
      ['a/b', null],
      ['a/b', null],
      ['lint/waiver-expired', null],
    ]);
  });

  it('an expired waiver is no matter when another one holds, or nothing is to be waived', () => {
    const two = [waiver({ until: '2025-01-01' }), waiver({})];
    expect(runRules([rule('a/b', 'error', found('x'))], null, lint(two), today)).toHaveLength(1);
    expect(runRules([rule('a/b', 'error')], null, lint([two[0]!]), today)).toEqual([]);
  });

  it('the baseline waives by fingerprint, which neither wording nor place changes', () => {
    const before = runRules([rule('a/b', 'error', found('x'))], null, lint(), today);
    const baseline = new Set(before.map(({ fingerprint }) => fingerprint));
    const reworded = found('x', {
      message: 'otherwise',
      help: 'Do.',
      path: ['domains', 'auth'],
      fix: ['SELECT 1'],
    });
    const after = runRules([rule('a/b', 'warning', reworded, found('y'))], null, lint(), today, { baseline });
    expect(after.map(({ subject, waived }) => [subject, waived?.owner])).toEqual([
      ['x', 'baseline'],
      ['y', undefined],
    ]);
  });

  it('a path in the manifest becomes a place', () => {
    const place = { file: 'dbctl.yaml', line: 3, column: 5, endLine: 3, endColumn: 9 };
    const findings = runRules(
      [rule('a/b', 'error', found('x', { path: ['roles', 'app'] }), found('y'))],
      null,
      lint(),
      today,
      {
        locate: (path) => (path[1] === 'app' ? place : undefined),
      },
    );
    expect(findings.map(({ location }) => location)).toEqual([place, null]);
  });

  it('selects by domain; null stands for those of none', () => {
    const rules = [rule('a/b', 'error', found('x'), found('role', { domain: null }))];
    const subjects = (domains: ReadonlySet<string | null>) =>
      runRules(rules, null, lint(), today, { domains }).map(({ subject }) => subject);
    expect(subjects(new Set(['auth']))).toEqual(['x']);
    expect(subjects(new Set([null]))).toEqual(['role']);
  });

  it('the same finding of two databases is told once', () => {
    const one = runRules([rule('a/b', 'error', found('role', { domain: null }))], null, lint(), today);
    expect(inOrder([...one, ...one])).toEqual(one);
  });
});
