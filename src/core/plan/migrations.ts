/** A plan's steps → migrations: each with its version, what it requires of other domains, and the way back. */
import type { MigrationDraft, Requirement } from '../migration/header.ts';
import { versionOf } from '../migration/version.ts';
import { type Catalog } from '../model/catalog.ts';
import type { Id } from '../model/id.ts';
import type { Statement } from '../model/statement.ts';
import { advance, changedBetween } from './advance.ts';
import { withUncheckedBodies } from './function-bodies.ts';
import { plan, type PlanOptions } from './plan.ts';
import type { Step } from './steps.ts';

export interface NumberedDraft {
  readonly version: string;
  readonly draft: MigrationDraft;
}

/**
 * @param stamp the version's moment of the first migration; each following one is a millisecond later, so that the
 * versions alone give the order in which they run.
 * @param newest each domain's newest version that is there already, for what a migration requires.
 * @returns the migrations from one catalog to the other, in order; none if they are equal.
 */
export function migrations(
  from: Catalog,
  to: Catalog,
  options: PlanOptions,
  stamp: Date,
  newest: ReadonlyMap<string, string>,
): NumberedDraft[] {
  const steps = plan(from, to, options);
  const versions = steps.map((_, at) => versionOf(new Date(stamp.getTime() + at)));
  let before = from;
  return steps.map((step, at) => {
    const after = advance(before, to, step.statements);
    const { transaction, undo } = step;
    // One file, one transaction: only outside of one can its Down spare those who use the table.
    const online = options.online !== false && transaction === 'off';
    const among = changedBetween(before, after, step.statements);
    const back = wayBack(after, before, { ...options, online, among }, transaction);
    const down = [...undo, ...back];
    const draft: MigrationDraft = {
      domain: step.domain,
      transaction,
      requires: requirements(step, steps, versions, before, options.domainOf, newest),
      up: withUncheckedBodies(step.statements, transaction),
      down: withUncheckedBodies(down, transaction),
      downLoss: step.statements.flatMap(({ hazards }) =>
        hazards
          .filter(({ name }) => name === 'data-loss')
          .map(({ object, detail }) => `${object}: ${detail}`),
      ),
    };
    before = after;
    return { version: versions[at]!, draft };
  });
}

/** Enum labels that are added and used in one transaction need the type made anew; otherwise they are added in place. */
function wayBack(
  after: Catalog,
  before: Catalog,
  options: PlanOptions,
  transaction: 'on' | 'off',
): readonly Statement[] {
  const steps = plan(after, before, options);
  const statements = steps.flatMap((step) => step.statements);
  if (
    transaction === 'off' ||
    steps.length < 2 ||
    !statements.some(({ commits }) => (commits ?? []).length > 0)
  )
    return statements;
  return plan(after, before, { ...options, isOneTransaction: true }).flatMap((step) => step.statements);
}

function requirements(
  step: Step,
  steps: readonly Step[],
  versions: readonly string[],
  before: Catalog,
  domainOf: (id: Id) => string,
  newest: ReadonlyMap<string, string>,
): Requirement[] {
  const needed = new Map<string, string>();
  for (const key of step.statements.flatMap(({ requires }) => requires)) {
    const entry = before.entries.get(key);
    const domain = entry === undefined ? step.domain : domainOf(entry.id);
    const version = newest.get(domain);
    if (version !== undefined && domain !== step.domain) needed.set(domain, version);
  }
  for (const at of step.after) {
    const { domain } = steps[at]!;
    if (domain !== step.domain) needed.set(domain, versions[at]!);
  }
  return [...needed]
    .map(([domain, version]) => ({ domain, version }))
    .sort((a, b) => (a.domain < b.domain ? -1 : 1));
}
