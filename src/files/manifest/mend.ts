/**
 * A manifest with faults of shape, made good enough to go on reading: so that what is wrong further down is told in
 * the same run. A slip is taken for what it resembles; what resembles nothing is left out, and its declaration is doubted.
 */
import type { ManifestPath } from '../../core/manifest/manifest.ts';
import { isRaw } from './merge.ts';
import { schemaProblems, type SchemaProblem } from './schema-problems.ts';

export interface Mended {
  readonly data: unknown;
  /** Declarations of which something is left out, such as `['domains', 'auth']`: no more can be said about them. */
  readonly doubtful: readonly ManifestPath[];
  /** Faults that show only when a key is taken for the one that it resembles. */
  readonly problems: readonly SchemaProblem[];
  /** @returns a path of the mended data as it is written in the file. */
  readonly written: (path: ManifestPath) => ManifestPath;
}

type Fault = Pick<SchemaProblem, 'path' | 'meant' | 'unknownKey'>;

/** A slip mended may show the next one inside it; nobody nests slips deeper than this. */
const mostRounds = 5;

/** @param faults of `data`, which is changed. @returns undefined when too much is wrong to go on. */
export function mend(
  data: unknown,
  faults: readonly Fault[],
  textAt: (path: ManifestPath) => string | undefined,
): Mended | undefined {
  const doubtful: ManifestPath[] = [];
  const renamed: { path: ManifestPath; from: string | number }[] = [];
  const problems: SchemaProblem[] = [];
  const written = (path: ManifestPath): ManifestPath => {
    const steps = [...path];
    for (const { path: to, from } of renamed) if (startsWith(path, to)) steps[to.length - 1] = from;
    return steps;
  };
  let left = faults;
  for (let round = 0; round < mostRounds; round += 1) {
    for (const fault of left) {
      const result = mendOne(data, fault);
      if (result === undefined) return undefined;
      if ('renamed' in result) renamed.push(result.renamed);
      else if (result.doubtful !== undefined) doubtful.push(result.doubtful);
    }
    const next = schemaProblems(data, (path) => textAt(written(path)));
    problems.push(...next.filter(({ path }) => renamed.some((each) => startsWith(path, each.path))));
    if (next.length === 0) return { data, doubtful, problems, written };
    left = next;
  }
  return undefined;
}

type Result =
  | { readonly renamed: { readonly path: ManifestPath; readonly from: string | number } }
  | { readonly doubtful?: ManifestPath };

function mendOne(data: unknown, { path, meant, unknownKey }: Fault): Result | undefined {
  const last = path.at(-1);
  const holder = at(data, path.slice(0, -1));
  if (last === undefined) return undefined;
  if (isRaw(holder) && Object.hasOwn(holder, last) && meant !== undefined) {
    if (unknownKey !== true) {
      holder[last] = meant;
      return {};
    }
    if (!Object.hasOwn(holder, meant)) {
      holder[meant] = holder[last];
      delete holder[last];
      return { renamed: { path: [...path.slice(0, -1), meant], from: last } };
    }
  }
  // An item cannot be taken out of a list: all that follow would move up. So the list goes.
  const key = path.slice(0, path.findLastIndex((step) => typeof step === 'string') + 1);
  // Without one of its sections little of a manifest makes sense.
  if (key.length < 2 && unknownKey !== true) return undefined;
  const map = at(data, key.slice(0, -1));
  if (!isRaw(map)) return {};
  if (key.length === 2 && ['domains', 'roles', 'databases'].includes(String(key[0]))) map[key[1]!] = {};
  else delete map[key.at(-1)!];
  return { doubtful: key.slice(0, 2) };
}

function at(data: unknown, path: ManifestPath): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? (value as Record<string | number, unknown>)[step]
        : undefined,
    data,
  );
}

/** @returns whether a path leads to `above`, or below it. */
export function startsWith(path: ManifestPath, above: ManifestPath): boolean {
  return above.every((step, index) => path[index] === step);
}
