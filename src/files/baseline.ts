/** The baseline: the findings that stood when the gate was switched on, by fingerprint. */
import { readFile } from 'node:fs/promises';
import type { Finding } from '../core/model/finding.ts';
import { inputError } from '../core/model/problem.ts';

/**
 * @param file `{ "version": 1, "findings": [{ "fingerprint": …, "rule": …, "subject": … }] }`; rule and subject are for people.
 * @returns the fingerprints.
 * @throws KnownError (2) when the file cannot be read or is no baseline.
 */
export async function readBaseline(file: string): Promise<ReadonlySet<string>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw inputError({
      message: `cannot read the baseline ${file}: ${error instanceof Error ? error.message : String(error)}`,
      help: 'Write it, or take lint.baseline out of the manifest.',
    });
  }
  const fingerprints = fingerprintsIn(text);
  if (fingerprints === undefined)
    throw inputError({
      message: `${file} is no baseline`,
      help: 'Write { "version": 1, "findings": [{ "fingerprint": … }] }.',
    });
  return fingerprints;
}

/** @returns the text of a baseline with these findings. */
export function printBaseline(
  findings: readonly Pick<Finding, 'fingerprint' | 'rule' | 'subject'>[],
): string {
  const kept = findings.map(({ fingerprint, rule, subject }) => ({ fingerprint, rule, subject }));
  return `${JSON.stringify({ version: 1, findings: kept }, null, 2)}\n`;
}

function fingerprintsIn(text: string): ReadonlySet<string> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('findings' in value) || !Array.isArray(value.findings))
    return undefined;
  const fingerprints = new Set<string>();
  for (const each of value.findings as unknown[]) {
    if (typeof each !== 'object' || each === null || !('fingerprint' in each)) return undefined;
    if (typeof each.fingerprint !== 'string') return undefined;
    fingerprints.add(each.fingerprint);
  }
  return fingerprints;
}
