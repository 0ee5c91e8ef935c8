/** Rules over what was read of databases → findings, with the manifest's waivers and baseline. */
import { resolve } from 'node:path';
import type { Finding, Rule } from '../core/model/finding.ts';
import type { LiveInput } from '../core/rules/input.ts';
import { inOrder, runRules } from '../core/rules/run.ts';
import { readBaseline } from '../files/baseline.ts';
import type { Context } from './context.ts';
import type { Project } from './target.ts';

/** What of a database is judged: all of it, or the selected domains (null: what belongs to none). */
export interface Judged<I extends LiveInput> {
  readonly input: I;
  readonly domains: ReadonlySet<string | null> | undefined;
}

export interface Judgement {
  readonly all: readonly Finding[];
  /** What was looked at, in words. */
  readonly checked: string;
}

/** @returns the findings in order, waived ones among them. */
export async function judge<I extends LiveInput>(
  context: Context,
  project: Project,
  judged: readonly Judged<I>[],
  rules: readonly Rule<I>[],
): Promise<Judgement> {
  const { manifest, directory } = project;
  const { lint } = manifest;
  const baseline =
    lint.baseline === undefined ? undefined : await readBaseline(resolve(directory, lint.baseline));
  const today = context.now().toISOString().slice(0, 10);
  const all = judged.flatMap(({ input, domains }) => {
    context.debug(`${input.database}: ${input.live.entries.size} entries under ${rules.length} rules`);
    return runRules(rules, input, lint, today, {
      locate: (path) => project.locate(path),
      ...(baseline === undefined ? {} : { baseline }),
      ...(domains === undefined ? {} : { domains }),
    });
  });
  const entries = judged.reduce((sum, { input }) => sum + input.live.entries.size, 0);
  const names = judged.map(({ input }) => input.live.source).join(', ');
  return { all: inOrder(all), checked: `${entries} entries of ${names} under ${rules.length} rules` };
}
