/** `lint:` rules that there are, and waivers that still hold. */
import { globs } from '../../model/glob.ts';
import { allRules } from '../../rules/index.ts';
import { closest } from '../../closest.ts';
import type { Manifest, ManifestPath } from '../manifest.ts';
import { type ManifestProblem, unknown } from './problem.ts';
import { checkUntil } from './until.ts';

const otherwise = 'Look the rules up in docs/rules.';

export function* checkLint({ lint }: Manifest, today: string): Generator<ManifestProblem> {
  const names = allRules.map(({ name }) => name);
  for (const name of lint.rules.keys())
    if (!names.includes(name)) yield unknownRule(['lint', 'rules', name], name, names);
  for (const { rule, until, path } of lint.waivers) {
    if (!names.some(globs([rule]))) yield unknownRule([...path, 'rule'], rule, names);
    yield* checkUntil(
      until,
      today,
      [...path, 'until'],
      `the waiver of ${rule}`,
      'mend what it waives and delete it',
    );
  }
}

/** A slip is an error. A name that is like none may be a rule of another version: told, and no reason to stop. */
function unknownRule(path: ManifestPath, name: string, names: readonly string[]): ManifestProblem {
  const problem = unknown(path, 'rule', name, names, otherwise);
  if (closest(name, names) !== undefined || !/^[a-z-]+\/[a-z*-]+$/.test(name)) return problem;
  return { ...problem, severity: 'warning' };
}
