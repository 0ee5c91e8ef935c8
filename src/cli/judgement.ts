/** Rules over what was read of databases → findings, with the manifest's waivers and baseline. */
import { resolve } from 'node:path';
import { type Catalog, loose } from '../core/model/catalog.ts';
import { objectOf } from '../core/model/id.ts';
import type { Finding, Rule } from '../core/model/finding.ts';
import type { LiveInput } from '../core/rules/input.ts';
import { inOrder, runRules } from '../core/rules/run.ts';
import { readBaseline } from '../files/baseline.ts';
import type { Context } from './context.ts';
import type { Project, Target } from './target.ts';

/** What of a database is judged: all of it, or the selected domains (null: what belongs to none). */
export interface Judged<I extends LiveInput> {
  readonly input: I;
  readonly domains: ReadonlySet<string | null> | undefined;
  /** As a target has it. */
  readonly server?: Target['server'];
}

export interface Judgement {
  readonly all: readonly Finding[];
  /** What was looked at, in words. */
  readonly checked: string;
}

/** How many objects a catalog has, without what is on them or in them. */
function objectsIn(catalog: Catalog): number {
  let count = 0;
  for (const [, { id }] of loose(catalog)) if (id.kind !== 'index' && objectOf(id) === id) count += 1;
  return count;
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
  let objects = 0;
  const all = judged.flatMap(({ input, domains, server }) => {
    const here = objectsIn(input.live);
    objects += here;
    context.debug(`${input.database}: ${here} objects under ${rules.length} rules`);
    return runRules(rules, input, lint, today, {
      locate: (path) => project.locate(path),
      ...(baseline === undefined ? {} : { baseline }),
      ...(domains === undefined ? {} : { domains }),
      ...(manifest.databases.size === 1 ? {} : { database: input.database }),
      ...(server === undefined ? {} : { server }),
    });
  });
  const names = judged.map(({ input }) => input.live.source).join(', ');
  return { all: inOrder(all), checked: `${objects} objects of ${names} under ${rules.length} rules` };
}
