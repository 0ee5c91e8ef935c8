/** Several files → one manifest: maps of declarations are put together, a name declared twice is told with both places. */
import { dirname, relative } from 'node:path';
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
  const data: Raw = emptyMap();
  const key = (path: ManifestPath) => JSON.stringify(path);
  /** A place as part of a sentence: as one sees the file from the root manifest. */
  const tell = ({ file, line, column }: Location) =>
    `${relative(dirname(sources[0]!.file), file)}:${line}:${column}`;
  const add = (target: Raw, from: Readonly<Raw>, path: ManifestPath, source: Source): void => {
    for (const [name, value] of Object.entries(from)) {
      const at = [...path, name];
      if (path.length === 0 && ownToEachFile.has(name) && source !== sources[0]) continue;
      const before = target[name];
      if (before === undefined) {
        origins.set(key(at), { source, path: at });
        if (isRaw(value) && together.has(at.join('.'))) add((target[name] = emptyMap()), value, at, source);
        else target[name] = Array.isArray(value) ? [...value] : value;
      } else if (isRaw(before) && isRaw(value) && together.has(at.join('.'))) add(before, value, at, source);
      else if (Array.isArray(before) && Array.isArray(value))
        for (const [index, item] of value.entries()) {
          origins.set(key([...at, before.length]), { source, path: [...at, index] });
          before.push(item);
        }
      else {
        const first = origins.get(key(at))!;
        problems.push({
          ...place(source, at, 'key'),
          message: `${name} is declared twice: here, and at ${tell(locate(first.source, first.path, 'key'))}`,
          help: 'Delete one of the two, or give it another name.',
          path: at.join('.'),
        });
      }
    }
  };
  for (const source of sources) add(data, source.content, [], source);
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
  const findAt = at(locate);
  const placeAt = at(place);
  problems.push(...waivedTwice(data, (path) => tell(findAt(path)), placeAt));
  return {
    data,
    problems,
    sourceOf: (path) => origin(path).source,
    locate: findAt,
    place: placeAt,
    textAt: at(textAt),
  };
}

/** Waivers have no name: two of one rule for one subject are the same. */
function waivedTwice(
  { lint }: Raw,
  tell: (path: ManifestPath) => string,
  place: (path: ManifestPath) => { location: Location; frame: string },
): Problem[] {
  const waivers: unknown = isRaw(lint) ? lint['waivers'] : undefined;
  const first = new Map<string, number>();
  return (Array.isArray(waivers) ? waivers : []).flatMap((waiver: unknown, at) => {
    if (!isRaw(waiver) || typeof waiver['rule'] !== 'string' || typeof waiver['subject'] !== 'string')
      return [];
    const key = JSON.stringify([waiver['rule'], waiver['subject']]);
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, at);
      return [];
    }
    return {
      ...place(['lint', 'waivers', at]),
      message: `${waiver['rule']} is waived for ${waiver['subject']} twice: here, and at ${tell(['lint', 'waivers', before])}`,
      help: 'Keep one of the two.',
      path: `lint.waivers[${at}]`,
    };
  });
}

/** Without a prototype: a domain may be called `constructor`. */
const emptyMap = (): Raw => Object.create(null) as Raw;

export function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
