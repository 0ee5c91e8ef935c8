/** Several files → one manifest: maps of declarations are put together, a name declared twice is told with both places. */
import type { ManifestPath } from '../../core/manifest/manifest.ts';
import type { Location } from '../../core/model/finding.ts';
import type { Problem } from '../../core/model/problem.ts';
import { locate, type Part, place, type Source, textAt } from './source.ts';

type Raw = { [key: string]: unknown };

/** The files as one, and the way back from a path in it to the file. */
export interface Merged {
  readonly data: Raw;
  readonly problems: readonly Problem[];
  sourceOf(path: ManifestPath): Source;
  locate(path: ManifestPath, part?: Part): Location;
  place(path: ManifestPath, part?: Part): { location: Location; frame: string };
  /** The value as written, before the environment was read. */
  textAt(path: ManifestPath): string | undefined;
}

/** What is made of several files' declarations; anything else belongs to one file. */
const together = new Set([
  '',
  'domains',
  'roles',
  'databases',
  'boundaries',
  'lint',
  'lint.rules',
  'unmanaged',
]);

/** What each file says of itself; the root's is the manifest's. */
const ownToEachFile = new Set(['$schema', 'version', 'include']);

/** @param sources the root first. */
export function merge(sources: readonly Source[]): Merged {
  const origins = new Map<string, { source: Source; path: ManifestPath }>();
  const problems: Problem[] = [];
  const data: Raw = {};
  const key = (path: ManifestPath) => JSON.stringify(path);
  const add = (target: Raw, from: Raw, path: ManifestPath, source: Source): void => {
    for (const [name, value] of Object.entries(from)) {
      const at = [...path, name];
      if (path.length === 0 && ownToEachFile.has(name) && source !== sources[0]) continue;
      const before = target[name];
      if (before === undefined) {
        origins.set(key(at), { source, path: at });
        if (isRaw(value) && together.has(at.join('.'))) add((target[name] = {}), value, at, source);
        else target[name] = Array.isArray(value) ? [...value] : value;
      } else if (isRaw(before) && isRaw(value) && together.has(at.join('.'))) add(before, value, at, source);
      else if (Array.isArray(before) && Array.isArray(value))
        for (const [index, item] of value.entries()) {
          origins.set(key([...at, before.length]), { source, path: [...at, index] });
          before.push(item);
        }
      else {
        const first = origins.get(key(at))!;
        const { file, line, column } = locate(first.source, first.path, 'key');
        problems.push({
          ...place(source, at, 'key'),
          message: `${name} is declared twice: here, and at ${file}:${line}:${column}`,
          help: 'Delete one of the two, or give it another name.',
          path: at.join('.'),
        });
      }
    }
  };
  for (const source of sources) {
    const file: unknown = source.document.toJS({ maxAliasCount: 1000 });
    if (isRaw(file)) add(data, file, [], source);
    else if (file !== null && file !== undefined)
      problems.push({
        ...place(source, []),
        message: 'a manifest is a map of keys',
        help: 'Begin with version: 1 and name:, as dbctl init writes them.',
      });
  }
  const origin = (path: ManifestPath): { source: Source; path: ManifestPath } => {
    for (let length = path.length; length > 0; length -= 1) {
      const found = origins.get(key(path.slice(0, length)));
      if (found !== undefined) return { source: found.source, path: [...found.path, ...path.slice(length)] };
    }
    return { source: sources[0]!, path };
  };
  const at =
    <T>(find: (source: Source, path: ManifestPath, part?: Part) => T) =>
    (path: ManifestPath, part?: Part): T => {
      const found = origin(path);
      return find(found.source, found.path, part);
    };
  return {
    data,
    problems,
    sourceOf: (path) => origin(path).source,
    locate: at(locate),
    place: at(place),
    textAt: at(textAt),
  };
}

export function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
