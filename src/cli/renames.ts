/** What is renamed or moved before the rest is compared: told by the manifest, or by a person who was asked. */
import type { MigrationDraft } from '../core/migration/header.ts';
import type { Catalog } from '../core/model/catalog.ts';
import { type Id, nameOf, objectOf } from '../core/model/id.ts';
import { inputError } from '../core/model/problem.ts';
import { possibleRenames } from '../core/renames/guesses.ts';
import { describeRename, hintedRenames } from '../core/renames/hints.ts';
import { type Rename, renameStatements, reversed } from '../core/renames/rename.ts';
import { sameButName } from '../core/renames/same-but-name.ts';
import { ask } from './confirm.ts';
import type { Context } from './context.ts';
import type { Sequel } from './states.ts';
import type { Project } from './target.ts';

export interface Renamed {
  /** What is there once the renames are done. */
  readonly from: Catalog;
  /** In the order in which they are done. */
  readonly renames: readonly Rename[];
}

/**
 * @param replay the state with a sequel: only a server knows what all follows an object under its new name.
 * @throws KnownError (2) for hints that cannot be followed.
 */
export async function renamed(
  context: Context,
  { manifest, locate }: Pick<Project, 'manifest' | 'locate'>,
  database: string,
  before: Catalog,
  to: Catalog,
  replay: (sequel: Sequel) => Promise<Catalog>,
): Promise<Renamed> {
  const { renames: hinted, problems } = hintedRenames(manifest, database, before, to);
  if (problems.length > 0)
    throw inputError(...problems.map(({ at, ...problem }) => ({ ...problem, location: locate(at) })));
  const renames: Rename[] = [...hinted];
  let from = before;
  const again = async () => {
    from = await replay({
      schemas: renames.map(({ after }) => after.schema),
      statements: renames.flatMap(renameStatements).map(({ sql }) => sql),
    });
  };
  if (renames.length > 0) await again();
  const answered = await askWhich(context, from, to);
  if (answered.length > 0) {
    renames.push(...answered);
    await again();
  }
  const alike = sameButName(from, to);
  if (alike.length > 0) {
    renames.push(...alike);
    await again();
  }
  return { from, renames };
}

/** The pairs that a person says are one thing renamed; without a terminal none, and each is told. */
async function askWhich(context: Context, from: Catalog, to: Catalog): Promise<Rename[]> {
  const settled = new Set<Id>();
  const chosen: Rename[] = [];
  for (const rename of possibleRenames(from, to)) {
    const { before, after } = rename;
    if (settled.has(before) || settled.has(after)) continue;
    if (!context.interactive)
      context.log(
        `${after.kind} ${describeRename(rename)}? If it is that, say so in the manifest (renamed_from: ${before.name}); else it is made anew`,
      );
    else if (
      await ask(context, `Is ${after.kind} ${nameOf(after)} the ${nameOf(before)} of before, renamed?`)
    )
      chosen.push(rename);
    else continue;
    settled.add(before).add(after);
  }
  return chosen;
}

/** @returns the renames as migrations, one a domain, in the order in which the domains come first. */
export function renameDrafts(
  renames: readonly Rename[],
  domainOf: (id: Id) => string,
  newest: ReadonlyMap<string, string>,
): MigrationDraft[] {
  const byDomain = new Map<string, Rename[]>();
  for (const rename of renames) {
    const domain = domainOf(objectOf(rename.after));
    byDomain.set(domain, [...(byDomain.get(domain) ?? []), rename]);
  }
  return [...byDomain].map(([domain, own]) => {
    const others = new Set(
      own.map(({ before }) => domainOf(objectOf(before))).filter((name) => name !== domain),
    );
    return {
      domain,
      transaction: 'on',
      requires: [...others].sort().flatMap((name) => {
        const version = newest.get(name);
        return version === undefined ? [] : [{ domain: name, version }];
      }),
      up: own.flatMap(renameStatements),
      down: own.toReversed().flatMap((rename) => renameStatements(reversed(rename))),
      downLoss: [],
    };
  });
}
