/** What `drift` tells, for tests of several databases. */
import { expect } from 'vitest';
import type { Workplace } from './program.ts';
import { reportErrors } from './report.ts';

interface Report {
  readonly findings: readonly {
    readonly rule: string;
    readonly database?: string;
    readonly subject: string;
  }[];
}

/** @returns its findings, sorted: `database rule subject`, with `-` for what is of the first server. */
export async function driftIn({ dbctl }: Workplace): Promise<string[]> {
  const { out, log } = await dbctl('drift', '--json');
  const report = JSON.parse(out || log) as Report;
  expect(reportErrors(report), out).toEqual([]);
  return report.findings.map(({ database, rule, subject }) => `${database ?? '-'} ${rule} ${subject}`).sort();
}
