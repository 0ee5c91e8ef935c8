/** `dbctl diff`: the plan from one source to another. Both are only read. */
import { usesOf } from '../../core/bodies/uses.ts';
import { comparable } from '../../core/compare/comparable.ts';
import { acrossMajors } from '../../core/compare/majors.ts';
import type { Catalog, NotAnalysed } from '../../core/model/catalog.ts';
import { inputError } from '../../core/model/problem.ts';
import { withUncheckedBodies } from '../../core/plan/function-bodies.ts';
import { plan } from '../../core/plan/plan.ts';
import { isMajorInstalled } from '../../db/server/binaries.ts';
import type { Context, ExitStatus } from '../context.ts';
import { planJson, planSql, segmentsOf } from '../reporters/plan.ts';
import { type Likeness, type Source, sourceOf } from '../sources.ts';

/** Prints the plan. 1: the sources differ. */
export async function diff(
  context: Context,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitStatus> {
  const [left, right] = [
    await sourceOf(context, options['from'] as string, '--from'),
    await sourceOf(context, options['to'] as string, '--to'),
  ];
  const [from, to] = await readBoth(context, left, right);
  const unknown = onOneSideOnly(from, to);
  for (const each of [...unknown.from, ...unknown.to])
    context.log(`not analysed: ${each.object}: ${each.why}`);
  for (const each of unknown.both) context.log(`not compared, on both sides: ${each.object}: ${each.why}`);
  const uses = (await Promise.all([usesOf(from), usesOf(to)])).flatMap((each) => each.uses);
  const steps = plan(from, to, { domainOf: () => 'all', online: options['plain'] !== true, uses });
  const losses = steps.flatMap(({ statements }) =>
    statements.flatMap(({ hazards }) => hazards.filter(({ name }) => name === 'data-loss')),
  );
  if (losses.length > 0 && options['allowDestructive'] !== true)
    throw inputError(
      ...losses.map(({ object, detail }) => ({
        message: `${object}: ${detail}`,
        help: 'The plan would lose data. If that is meant, say --allow-destructive.',
      })),
    );
  const segments = segmentsOf(steps.map(({ statements }) => withUncheckedBodies(statements, 'on')));
  const differ = steps.length > 0 || unknown.from.length + unknown.to.length > 0;
  if (context.global.format === 'json')
    context.out(
      JSON.stringify(
        {
          version: 1,
          command: 'diff',
          from: from.source,
          to: to.source,
          equal: !differ,
          segments: planJson(segments),
          notAnalysed: unknown,
        },
        null,
        2,
      ),
    );
  else if (!differ) context.out(`-- ${from.source} and ${to.source} are equal`);
  else
    context.out(
      planSql(segments, [
        `from ${from.source} to ${to.source}`,
        'run it with: psql -v ON_ERROR_STOP=1 -f <this file>',
        ...unknown.from.map(({ object }) => `not analysed, and left as it is: ${object}`),
        ...unknown.to.map(({ object }) => `not analysed, and not made: ${object}`),
      ]),
    );
  return differ ? 1 : 0;
}

/** @returns both catalogs, without what only one source can say. */
async function readBoth(context: Context, left: Source, right: Source): Promise<[Catalog, Catalog]> {
  if (left.name === right.name && left.needsOther === true)
    throw inputError({
      message: `both sides are ${left.name}`,
      help: 'Compare it with the migrations, a database or SQL files.',
    });
  const like = await likeness(context, left, right);
  const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
    let made: Promise<T> | undefined;
    return () => (made ??= make());
  };
  const readLeft: () => Promise<Awaited<ReturnType<Source['read']>>> = once(() =>
    left.read(like, async () => (await readRight()).catalog),
  );
  const readRight: () => Promise<Awaited<ReturnType<Source['read']>>> = once(() =>
    right.read(like, async () => (await readLeft()).catalog),
  );
  const [from, to] = await Promise.all([readLeft(), readRight()]);
  const compared = comparable(from, to);
  return acrossMajors(compared.from, compared.to);
}

/** What shadows are like: the server of the live side, as far as its major is installed. */
async function likeness(context: Context, left: Source, right: Source): Promise<Likeness> {
  const server = await (left.server ?? right.server)?.();
  if (server === undefined) return { maker: 'postgres' };
  const { user: maker, major } = server;
  if (left.server !== undefined && right.server !== undefined) return { maker };
  if (await isMajorInstalled(major)) return { maker, major };
  context.log(
    `PostgreSQL ${major} is not installed here: the other side is read on the one that dbctl brings`,
  );
  return { maker };
}

/** What no kind models, by the side that it is on. */
function onOneSideOnly(from: Catalog, to: Catalog) {
  const names = ({ notAnalysed }: Catalog) => new Set(notAnalysed.map(({ object }) => object));
  const [left, right] = [names(from), names(to)];
  const without = (list: readonly NotAnalysed[], others: ReadonlySet<string>) =>
    list.filter(({ object }) => !others.has(object));
  return {
    from: without(from.notAnalysed, right),
    to: without(to.notAnalysed, left),
    both: from.notAnalysed.filter(({ object }) => right.has(object)),
  };
}
