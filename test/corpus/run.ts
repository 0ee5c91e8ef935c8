/**
 * Runs a folder of `before`/`after` cases of other tools: each case is a folder with a.sql, b.sql and, for both sides,
 * setup.sql. Both directions, on the majors asked for; the two sides on servers of their own, because roles belong to a
 * whole server. A case whose own SQL does not load is not applicable, with the server's error, and never passed.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { connect, type Address } from '../../src/db/connect.ts';
import { openThrowAway } from '../../src/db/server/throw-away.ts';
import { identifier } from '../../src/sql/quote.ts';
import { type Way, convergeEachWay, filled } from '../support/convergence.ts';

const [folder, ...filters] = process.argv.slice(2);
if (folder === undefined) {
  console.error(
    'usage: npm run corpus -- <folder> [part of a case’s name …]   (majors: CORPUS_MAJORS=15,18)',
  );
  process.exit(2);
}
const majors = (process.env['CORPUS_MAJORS'] ?? '15,18')
  .split(',')
  .map((text) => Number(text) as 15 | 16 | 17 | 18);
const cases = casesIn(folder).filter(
  (path) => filters.length === 0 || filters.some((part) => path.includes(part)),
);
if (cases.length === 0) {
  console.error(`no case in ${folder}: a case is a folder with a.sql and b.sql`);
  process.exit(2);
}

const directions: Readonly<Record<Way, string>> = { 'before → after': 'a → b', 'after → before': 'b → a' };
const ways = Object.keys(directions) as Way[];

let converged = 0;
let loadable = 0;
// The majors at once: each has servers of its own, and waits for them most of the time.
await Promise.all(majors.map(runOn));

async function runOn(major: number): Promise<void> {
  const [left, right] = await Promise.all([openThrowAway({ major }), openThrowAway({ major })]);
  try {
    for (const path of cases)
      for (const [way, outcome] of await attempt(path, left.address, right.address)) {
        const name = `${relative(folder!, path)} ${directions[way]}, PostgreSQL ${major}`;
        if ('notApplicable' in outcome) console.log(`not applicable: ${name}: ${outcome.notApplicable}`);
        else {
          loadable += 1;
          if (outcome.error === undefined) converged += 1;
          else console.log(`failed: ${name}: ${inWords(outcome.error)}`);
        }
      }
  } finally {
    await Promise.all([left.close(), right.close()]);
  }
}
console.log(`converged ${converged} of ${loadable}`);
process.exitCode = converged === loadable ? 0 : 1;

async function attempt(
  path: string,
  left: (database: string) => Address,
  right: (database: string) => Address,
): Promise<ReadonlyMap<Way, { readonly notApplicable: string } | { readonly error?: Error }>> {
  const read = (file: string) =>
    existsSync(join(path, file)) ? `${readFileSync(join(path, file), 'utf8')}\n;\n` : '';
  const load = async (address: (database: string) => Address, side: string) => {
    await anew(address);
    return filled(address('corpus'), `${read('setup.sql')}${read(`${side}.sql`)}`);
  };
  const loaded = await Promise.allSettled([load(left, 'a'), load(right, 'b')]);
  const sides = loaded.flatMap((side) => (side.status === 'fulfilled' ? [side.value] : []));
  const refused = loaded.find((side) => side.status === 'rejected');
  if (refused !== undefined) {
    await Promise.all(sides.map((side) => side.close()));
    const notApplicable = firstLine(refused.reason);
    return new Map(ways.map((way) => [way, { notApplicable }]));
  }
  try {
    return await convergeEachWay(sides[0]!, sides[1]!, ways);
  } catch (error) {
    return new Map(ways.map((way) => [way, { error: error as Error }]));
  } finally {
    await Promise.all(sides.map((side) => side.close()));
  }
}

/** An empty database on a server without the roles of the case before. */
async function anew(address: (database: string) => Address): Promise<void> {
  const { sql, close } = await connect(address('postgres'));
  try {
    await sql.unsafe('drop database if exists corpus with (force)');
    const roles = await sql<{ name: string }[]>`
      select rolname as name from pg_roles where rolname !~ '^pg_' and rolname <> current_user`;
    for (const { name } of roles) {
      await sql.unsafe(`drop owned by ${identifier(name)}`);
      await sql.unsafe(`drop role ${identifier(name)}`);
    }
    await sql.unsafe('create database corpus');
  } finally {
    await close();
  }
}

function casesIn(path: string): string[] {
  if (existsSync(join(path, 'a.sql')) && existsSync(join(path, 'b.sql'))) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => casesIn(join(path, name)))
    .sort();
}

function inWords(error: Error): string {
  return process.env['CORPUS_VERBOSE'] ? String(error.stack) : firstLine(error);
}

function firstLine(error: unknown): string {
  return (error as Error).message.split('\n', 1)[0]!;
}
