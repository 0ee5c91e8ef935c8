/**
 * What a statement keeps waiting for as long as it reads or writes anew all rows of a table: told of every statement
 * here, from the locks and the scans that it states, and nowhere else.
 */
import { qualified } from '../../sql/quote.ts';
import { entriesOf, type Catalog } from '../model/catalog.ts';
import { type Hazard, type Lock, lockModes } from '../model/statement.ts';
import type { PlannedStatement } from './fold.ts';

/** Whether a lock keeps others from writing; the strongest keeps them from reading too. */
const blocksWrites = ({ mode }: Lock): boolean => lockModes.indexOf(mode) >= lockModes.indexOf('SHARE');
const blocksReads = ({ mode }: Lock): boolean => mode === 'ACCESS EXCLUSIVE';

/** @param from the catalog before: what is not in it holds no rows, and nobody waits for it. @returns the statements with `long-lock` and `blocked-writes` among their hazards. */
export function withLongLocks(statements: readonly PlannedStatement[], from: Catalog): PlannedStatement[] {
  let tables: ReadonlySet<string> | undefined;
  return statements.map((planned) => {
    const { statement } = planned;
    const work = statement.hazards.find(({ name }) => name === 'rewrite' || name === 'scan');
    if (work === undefined || !statement.locks.some(blocksWrites)) return planned;
    tables ??= new Set(tablesOf(from));
    const hazards = strongest(statement.locks).flatMap((lock) =>
      tables!.has(lock.relation) ? hazardsOf(lock, work) : [],
    );
    return { ...planned, statement: { ...statement, hazards: [...statement.hazards, ...hazards] } };
  });
}

function hazardsOf(lock: Lock, work: Hazard): Hazard[] {
  const until = `while ${work.object} is ${work.name === 'rewrite' ? 'written anew' : 'read'}`;
  const object = lock.relation;
  const waiting = blocksReads(lock) ? 'reads and writes wait' : 'writes wait';
  return [
    { name: 'long-lock', object, detail: `${lock.mode}: ${waiting} ${until}` },
    ...(blocksReads(lock) ? [] : [{ name: 'blocked-writes', object, detail: `no writes ${until}` } as const]),
  ];
}

/** @returns of each relation the strongest of its locks, if that keeps others from writing. */
function strongest(locks: readonly Lock[]): Lock[] {
  const found = new Map<string, Lock>();
  for (const lock of locks) {
    const known = found.get(lock.relation);
    if (!blocksWrites(lock)) continue;
    if (known === undefined || lockModes.indexOf(known.mode) < lockModes.indexOf(lock.mode))
      found.set(lock.relation, lock);
  }
  return [...found.values()];
}

function* tablesOf(from: Catalog): Generator<string> {
  for (const kind of ['table', 'materialized-view'] as const)
    for (const { id } of entriesOf(from, kind)) yield qualified(id.schema, id.name);
}
