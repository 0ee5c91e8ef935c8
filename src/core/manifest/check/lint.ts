/** `lint:` rules that there are, and waivers that still hold. */
import { globs } from '../../model/glob.ts';
import { liveRules } from '../../rules/index.ts';
import type { Manifest } from '../manifest.ts';
import { type ManifestProblem, unknown } from './problem.ts';
import { checkUntil } from './until.ts';

const otherwise = 'Look the rules up in docs/rules.';

export function* checkLint({ lint }: Manifest, today: string): Generator<ManifestProblem> {
  const names = liveRules.map(({ name }) => name);
  for (const name of lint.rules.keys())
    if (!names.includes(name)) yield unknown(['lint', 'rules', name], 'rule', name, names, otherwise);
  for (const { rule, until, path } of lint.waivers) {
    if (!names.some(globs([rule]))) yield unknown([...path, 'rule'], 'rule', rule, names, otherwise);
    yield* checkUntil(
      until,
      today,
      [...path, 'until'],
      `the waiver of ${rule}`,
      'mend what it waives and delete it',
    );
  }
}
