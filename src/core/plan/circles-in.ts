/** Which members of a graph need each other in turn. */

/** For each member, by position, those that it waits for. */
type Graph = readonly ReadonlySet<number>[];

/** @returns the strongly connected components of more than one member (Tarjan), by position. */
export function circlesIn(before: Graph): number[][] {
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const stack: number[] = [];
  const onStack = new Set<number>();
  const circles: number[][] = [];
  for (let root = 0; root < before.length; root += 1) {
    if (index.has(root)) continue;
    // A work list instead of recursion: chains of statements may be long.
    const work: { at: number; rest: Iterator<number> }[] = [];
    const enter = (at: number) => {
      index.set(at, index.size);
      low.set(at, index.get(at)!);
      stack.push(at);
      onStack.add(at);
      work.push({ at, rest: before[at]!.values() });
    };
    enter(root);
    while (work.length > 0) {
      const { at, rest } = work.at(-1)!;
      const next = rest.next();
      if (next.done !== true) {
        if (!index.has(next.value)) enter(next.value);
        else if (onStack.has(next.value)) low.set(at, Math.min(low.get(at)!, index.get(next.value)!));
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent !== undefined) low.set(parent.at, Math.min(low.get(parent.at)!, low.get(at)!));
      if (low.get(at) !== index.get(at)) continue;
      const circle = stack.splice(stack.indexOf(at));
      for (const each of circle) onStack.delete(each);
      if (circle.length > 1) circles.push(circle.sort((a, b) => a - b));
    }
  }
  return circles;
}
