/** What somebody may have meant: the name nearest to one that is not known. */

/**
 * @returns the candidate that `name` is most likely a slip of: a letter in three, three in all, may be wrong, missing,
 * too much or swapped with its neighbour; case, `-`, `_` and blanks do not count. Else the one candidate that `name` abbreviates
 * (`desc`, three letters at least). undefined when nothing is near. Of equally near ones, the first.
 * @example closest('grnats', ['grants', 'settings']) // 'grants'
 */
export function closest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = plain(name);
  const all = [...candidates];
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of all) {
    const other = plain(candidate);
    const distance = editDistance(wanted, other);
    const bound = Math.min(mostSlips, Math.floor(Math.max(wanted.length, other.length) / 3));
    if (distance < least && distance <= bound) {
      best = candidate;
      least = distance;
    }
  }
  if (best !== undefined) return best;
  const longer = wanted.length < 3 ? [] : all.filter((candidate) => plain(candidate).startsWith(wanted));
  return longer.length === 1 ? longer[0] : undefined;
}

/** Long names of one family differ in few letters: more than these are no slip. */
const mostSlips = 3;

const plain = (name: string) => name.toLowerCase().replaceAll(/[-_\s]/g, '');

/**
 * @returns how many insertions, deletions, substitutions and swaps of neighbours make one text of the other, where no
 * part is edited twice (Damerau 1964; "optimal string alignment").
 */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      let least = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (row > 1 && column > 1 && swapped) least = Math.min(least, beforeLast[column - 2]! + 1);
      current.push(least);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length]!;
}
