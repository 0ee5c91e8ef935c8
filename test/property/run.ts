/** A run over many pairs: which held, what they covered, and of one that did not, the smallest form found. */
import fc from 'fast-check';
import { connect } from '../../src/db/connect.ts';
import type { TestServer } from '../support/servers.ts';
import { roles } from './arbitrary/common.ts';
import { pair, piecesOf } from './arbitrary/pair.ts';
import { Broken, check, type Options, type Place, type Texts } from './check.ts';
import { reduce, sqlOf } from './reduce.ts';

export interface Run {
  readonly held: number;
  readonly stoppedByRows: number;
  readonly loaded: number;
  readonly refused: readonly string[];
  readonly statements: number;
  /** How often each kind of change was met: `alter column type`. */
  readonly covered: ReadonlyMap<string, number>;
  readonly failures: readonly string[];
}

/** @param lanes how many pairs at once; `budget`: milliseconds for the reduction of each failure. */
export async function runPairs(
  server: TestServer,
  {
    seed,
    pairs,
    lanes = 3,
    most = 3,
    budget = 60_000,
    only,
  }: { seed: number; pairs: number; lanes?: number; most?: number; budget?: number; only?: number },
): Promise<Run> {
  const admin = await connect(server.address, { max: lanes });
  const place: Place = { admin, major: server.major, made: 0 };
  // Superusers, so that whoever owns a table may call what its indexes call.
  for (const role of roles) await admin.sql.unsafe(`create role ${role} superuser`);
  const samples = fc.sample(pair, { seed, numRuns: pairs });
  const covered = new Map<string, number>();
  const failures: string[] = [];
  const refused: string[] = [];
  const sorts = new Set<string>();
  let [held, stoppedByRows, loaded, statements, next] = [0, 0, 0, 0, only ?? 0];
  const one = async (at: number) => {
    const { before, after, withRows, bySchema, online, dumped } = samples[at]!;
    const texts: Texts = {
      before: piecesOf(before, server.major, withRows),
      after: piecesOf(after, server.major, false),
    };
    const options = { bySchema, online, dumped };
    try {
      const outcome = await check(place, texts, options);
      loaded += outcome.loaded;
      statements += outcome.statements;
      refused.push(...outcome.refused);
      if (outcome.stoppedByRows) stoppedByRows += 1;
      else held += 1;
      for (const change of outcome.changes) {
        const what =
          change.op === 'alter'
            ? `alter ${change.id.kind} ${change.attr}`
            : `${change.op} ${change.entry.id.kind}`;
        covered.set(what, (covered.get(what) ?? 0) + 1);
      }
    } catch (error) {
      // One of a sort is reduced; of the others their number says enough.
      const sort = sortOf(error);
      const first = !sorts.has(sort) && budget > 0;
      sorts.add(sort);
      const text = first ? await told(place, texts, options, error, budget) : (error as Error).message;
      failures.push(`pair ${at} of seed ${seed}: ${text}`);
    }
  };
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (next < (only === undefined ? pairs : only + 1) && failures.length < most) await one(next++);
    }),
  );
  await admin.close();
  return { held, stoppedByRows, loaded, refused, statements, covered, failures };
}

/** Reduces a failing pair. @returns what did not hold, and the two texts. */
async function told(
  place: Place,
  texts: Texts,
  options: Options,
  error: unknown,
  budget: number,
): Promise<string> {
  let last = error;
  const sort = sortOf(error);
  // What fails with the dump and fails without it as well is reduced without: that is quicker.
  const fails = async (smaller: Texts) => {
    const failed = await check(place, smaller, options).then(
      () => undefined,
      (failure: unknown) => failure,
    );
    if (failed === undefined || sortOf(failed) !== sort) return false;
    last = failed;
    return true;
  };
  const { before, after } = await reduce(texts, fails, Date.now() + budget);
  const script = last instanceof Broken ? last.script.join(';\n') : ((last as Error).stack ?? '');
  return [
    (last as Error).message,
    `-- before (${JSON.stringify(options)})`,
    sqlOf(before),
    '-- after',
    sqlOf(after),
    '-- was run',
    script,
  ].join('\n');
}

/** Failures are alike when their messages are, names, numbers and everything after the first line aside. */
const sortOf = (error: unknown): string =>
  (error as Error).message
    .replace(/\n[^]*/, '')
    .replace(/ in: [^]*/, '')
    .replaceAll(/"(kind|op|attr)":"([^"]*)"/g, '$2')
    .replaceAll(/"[^"]*"|\d+/g, '…')
    .replace(/(circle|not analysed): .*/, '$1')
    .slice(0, 90);
