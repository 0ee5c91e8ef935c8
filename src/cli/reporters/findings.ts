/** Findings as JSON (DESIGN.md, 5) and as text. */
import type { Finding, Severity } from '../../core/model/finding.ts';
import { groupBy } from '../../core/rules/group-by.ts';
import { summaryOf } from '../../core/rules/run.ts';
import type { Chalk } from '../colour.ts';
import type { Context } from '../context.ts';
import { shown } from '../shown-path.ts';

/** @param command `lint` or `drift`. */
export function findingsJson(command: string, findings: readonly Finding[]): object {
  const located = findings.map((finding) => ({
    ...finding,
    location: finding.location === null ? null : { ...finding.location, file: shown(finding.location.file) },
  }));
  return { version: 1, command, findings: located, summary: summaryOf(findings) };
}

/** @param checked what was looked at, for the line that says that nothing was found. */
export function findingsText(
  findings: readonly Finding[],
  checked: string,
  { outColour: colour }: Pick<Context, 'outColour'>,
): string {
  const open = findings.filter(({ waived }) => waived === null);
  const summary = summaryText(findings);
  if (open.length === 0) {
    const waived = findings.length === 0 ? '' : ` (${findings.length} waived)`;
    return `${colour.green('no findings')}${waived}: ${checked}`;
  }
  // The server first, then what is of a database and no domain, then the domains.
  const places = groupBy(open, placeOf).sort(([a], [b]) => (placeOf(a!) < placeOf(b!) ? -1 : 1));
  const groups = places.map((there) =>
    [colour.bold(titleOf(there[0]!)), ...there.map((finding) => findingText(finding, colour))].join('\n'),
  );
  return `${groups.join('\n\n')}\n\n${summary}`;
}

const placeOf = ({ domain, database }: Finding): string => domain ?? `\0${database ?? ''}`;
const titleOf = ({ domain, database }: Finding): string =>
  domain ?? (database === undefined ? 'the server' : `database ${database}`);

function findingText(finding: Finding, colour: Chalk): string {
  const { severity, rule, subject, message, consequence, help, fix, location } = finding;
  const margin = ' '.repeat(11);
  const labelled = (label: string, text: string) => `${margin}${colour.dim(label.padEnd(6))}${text}`;
  return [
    `  ${severityText(severity, colour)}  ${subject}  ${colour.dim(rule)}`,
    `${margin}${message}`,
    ...(location === null
      ? []
      : [labelled('at', `${shown(location.file)}:${location.line}:${location.column}`)]),
    ...(consequence === null ? [] : [labelled('so', consequence)]),
    labelled('help', help),
    ...fix
      .join(';\n')
      .split('\n')
      .filter((line) => line !== '')
      .map((line, at, lines) =>
        labelled(at === 0 ? 'fix' : '', colour.cyan(at === lines.length - 1 ? `${line};` : line)),
      ),
  ].join('\n');
}

function severityText(severity: Severity, colour: Chalk): string {
  const padded = severity.padEnd(7);
  return { error: colour.red(padded), warning: colour.yellow(padded), info: colour.blue(padded) }[severity];
}

/** @returns `3 errors, 0 warnings, 1 info`, and how many are waived if any is. */
export function summaryText(findings: readonly Finding[]): string {
  const { error, warning, info, waived } = summaryOf(findings);
  const some = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;
  return [
    some(error, 'error'),
    some(warning, 'warning'),
    `${info} info`,
    ...(waived > 0 ? [`${waived} waived`] : []),
  ].join(', ');
}
