/** A failing pair → a smaller one that fails likewise: statements and clauses are left out as long as it still does. */
import { type Piece, textOf } from './arbitrary/family.ts';
import type { Texts } from './check.ts';

/** What can be left out: a statement, or one clause of it, on both sides. */
interface Unit {
  readonly text: string;
  readonly clause: string | null;
}
const keyOf = ({ text, clause }: Unit) => `${text}\0${clause ?? ''}`;

/** How a statement is known, whichever of its clauses are left. */
const nameOf = ({ head, tail = '' }: Piece) => `${head}\0${tail}`;

function without(pieces: readonly Piece[], gone: ReadonlySet<string>): Piece[] {
  return pieces
    .filter((each) => !gone.has(keyOf({ text: nameOf(each), clause: null })))
    .map((each) =>
      each.clauses === undefined
        ? each
        : {
            ...each,
            clauses: each.clauses.filter((clause) => !gone.has(keyOf({ text: nameOf(each), clause }))),
          },
    );
}

const statementsOf = ({ before, after }: Texts): string[] =>
  unique([...before, ...after].map((each) => keyOf({ text: nameOf(each), clause: null })));
const clausesOf = ({ before, after }: Texts): string[] =>
  unique(
    [...before, ...after].flatMap((each) =>
      (each.clauses ?? []).map((clause) => keyOf({ text: nameOf(each), clause })),
    ),
  );
/** The last first: less hangs on them. */
const unique = (keys: readonly string[]) => [...new Set(keys)].reverse();

/**
 * @param fails whether a pair still fails
 * @param until milliseconds (Date.now()) after which it is good enough
 */
export async function reduce(
  texts: Texts,
  fails: (texts: Texts) => Promise<boolean>,
  until: number,
): Promise<Texts> {
  let best = texts;
  for (const unitsOf of [statementsOf, clausesOf])
    for (
      let size = Math.ceil(unitsOf(best).length / 2);
      size >= 1;
      size = size === 1 ? 0 : Math.ceil(size / 2)
    ) {
      const units = unitsOf(best);
      for (let at = 0; at < units.length && Date.now() < until; at += size) {
        const smaller = {
          before: without(best.before, new Set(units.slice(at, at + size))),
          after: without(best.after, new Set(units.slice(at, at + size))),
        };
        if (await fails(smaller)) best = smaller;
      }
    }
  return best;
}

export const sqlOf = (pieces: readonly Piece[]): string =>
  pieces.map((each) => `${textOf(each)};`).join('\n');
