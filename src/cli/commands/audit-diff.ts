/** `dbctl audit diff`: snapshots in files, snapshots that the databases keep, and the live databases, two of them. */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { accessChanges, roleChanges } from '../../core/access/change.ts';
import { accessOf } from '../../core/access/effective.ts';
import { factChanges } from '../../core/access/facts.ts';
import { withoutStored } from '../../core/access/stored.ts';
import type { Catalog } from '../../core/model/catalog.ts';
import { inputError } from '../../core/model/problem.ts';
import { withConnection } from '../../db/connect.ts';
import { introspect } from '../../db/introspect/introspect.ts';
import { readStored } from '../../db/snapshots.ts';
import { parseSnapshots } from '../../files/snapshot.ts';
import type { Context, ExitStatus } from '../context.ts';
import { withPlaces } from '../live.ts';
import { type DatabaseDiff, accessDiffJson, accessDiffText } from '../reporters/access-diff.ts';

/** By database. */
type Catalogs = ReadonlyMap<string, Catalog>;

/** Prints who gained and who lost what, and why. Ends with 1 if anything did change. */
export async function auditDiff(
  context: Context,
  _options: Readonly<Record<string, unknown>>,
  a: string | undefined,
  b: string | undefined,
): Promise<ExitStatus> {
  const [before, after] = [await catalogsOf(context, a!), await catalogsOf(context, b!)];
  const diffs = pairs(before, after, [a!, b!]).map(([database, one, other]): DatabaseDiff => {
    const [then, now] = [one, other].map((catalog) => ({ catalog, access: accessOf(catalog) }));
    return {
      database,
      changes: accessChanges(then!, now!),
      roles: roleChanges(then!, now!),
      facts: factChanges(one, other),
    };
  });
  const names = { from: a!, to: b! };
  if (context.global.format === 'json') context.out(JSON.stringify(accessDiffJson(names, diffs), null, 2));
  else context.out(accessDiffText(names, diffs, context.outColour));
  return diffs.every(({ changes, roles, facts }) => changes.length + roles.length + facts.length === 0)
    ? 0
    : 1;
}

async function catalogsOf(context: Context, source: string): Promise<Catalogs> {
  const stored = /^stored:(.*)$/s.exec(source)?.[1];
  if (stored !== undefined || source === 'live')
    return withPlaces(context, async (places) => {
      const found = new Map<string, Catalog>();
      for (const { address, database } of places) {
        const options = { applicationName: 'dbctl audit', readOnly: true };
        const catalog = await withConnection(address, options, async (connection) =>
          stored === undefined
            ? withoutStored(await introspect(connection))
            : parseSnapshots(await readStored(connection, stored), source)
                .values()
                .next().value!,
        );
        found.set(database, catalog);
      }
      return found;
    });
  const file = resolve(context.cwd, source);
  if ((await stat(file).catch(() => undefined))?.isFile() !== true)
    throw inputError({
      message: `${source}: there is no such file`,
      help: 'Name a file that `dbctl audit snapshot` wrote, `live`, `stored:latest`, or `stored:` and how a hash begins.',
    });
  return parseSnapshots(await readFile(file, 'utf8'), source);
}

/** @returns what is compared with what. A snapshot of one database fits any one. @throws KnownError (2) for a database that only one side has. */
function pairs(
  before: Catalogs,
  after: Catalogs,
  [a, b]: readonly [string, string],
): (readonly [database: string, Catalog, Catalog])[] {
  if (before.size === 1 && after.size === 1) {
    const [[one, then], [other, now]] = [[...before][0]!, [...after][0]!];
    return [[other === '' ? one : other, then, now]];
  }
  const names = new Set([...before.keys(), ...after.keys()]);
  const alone = [...names].find((name) => !before.has(name) || !after.has(name));
  if (alone === undefined)
    return [...names].sort().map((name) => [name, before.get(name)!, after.get(name)!]);
  const of = (name: string) => (name === '' ? 'a single database' : `database ${name}`);
  throw inputError({
    message: `${before.has(alone) ? a : b} is of ${of(alone)}, and ${before.has(alone) ? b : a} is not: it is of ${[...(before.has(alone) ? after : before).keys()].map(of).join(', ')}`,
    help: 'Compare what is of the same databases: --domain <name> takes one.',
  });
}
