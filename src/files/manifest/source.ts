/** One manifest file as it is written: its YAML (JSON is YAML) and where in the text everything stands. */
import {
  isMap,
  isSeq,
  LineCounter,
  parseDocument,
  Scalar,
  visit,
  type Alias,
  type Document,
  type Node,
  type Pair,
} from 'yaml';
import { frameAt } from '../../core/migration/frame.ts';
import type { ManifestPath } from '../../core/manifest/manifest.ts';
import type { Location } from '../../core/model/finding.ts';
import type { Problem } from '../../core/model/problem.ts';
import { withoutSecrets } from './secrets.ts';

export interface Source {
  /** Absolute. */
  readonly file: string;
  /** As written, but for secrets: those are asterisks. */
  readonly text: string;
  readonly document: Document;
  readonly lines: LineCounter;
  /** What the file says, aliases followed; empty where it cannot be read. */
  readonly content: Readonly<Record<string, unknown>>;
}

/** Reads the text of a file. @returns it with what the YAML parser has against it, duplicate keys included. */
export function readSource(file: string, text: string): { source: Source; problems: Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const bare = { file, text: withoutSecrets(text, document), document, lines, content: {} };
  const problems: Problem[] = document.errors.map(({ message, pos, code }) => ({
    ...placed(bare, pos[0], pos[1]),
    message:
      code === 'DUPLICATE_KEY' ? `the key ${text.slice(...keyRange(text, pos[0]))} is there twice` : message,
    help:
      code === 'DUPLICATE_KEY'
        ? 'Keep one of the two; of two equal keys one would be lost.'
        : code === 'TAB_AS_INDENT'
          ? 'Indent with spaces: YAML does not allow tabs there.'
          : 'Mend the YAML here; everything after it is not read.',
  }));
  problems.push(...unknownAliases(bare));
  if (problems.length > 0) return { source: bare, problems };
  try {
    const content: unknown = document.toJS({ maxAliasCount: 100 });
    if (content === null || content === undefined) return { source: bare, problems };
    if (typeof content === 'object' && !Array.isArray(content))
      return { source: { ...bare, content: content as Record<string, unknown> }, problems };
    problems.push({
      ...place(bare, []),
      message: 'a manifest is a map of keys',
      help: 'Begin with version: 1 and name:, as dbctl init writes them.',
    });
  } catch (error) {
    // Too many aliases of aliases (they grow without bound), or a merge key with something else than a map.
    const { message } = error as Error;
    const alias = /alias/i.test(message);
    const last = lastAlias(document);
    problems.push({
      ...(alias && last?.range ? placed(bare, last.range[0], last.range[1]) : place(bare, [])),
      message: `the YAML cannot be read: ${message}`,
      help: alias ? 'Write out what the alias stands for.' : 'Write a map, or an alias of one, after `<<:`.',
    });
  }
  return { source: bare, problems };
}

function unknownAliases(source: Source): Problem[] {
  const problems: Problem[] = [];
  visit(source.document, {
    Alias(_, alias) {
      if (alias.resolve(source.document) === undefined)
        problems.push({
          ...placed(source, alias.range![0], alias.range![1]),
          message: `there is no anchor &${alias.source} before the alias *${alias.source}`,
          help: `Put &${alias.source} before what it stands for, or quote the text if you mean an asterisk: YAML reads * as an alias.`,
        });
    },
  });
  return problems;
}

function lastAlias(document: Document): Alias | undefined {
  let last: Alias | undefined;
  visit(document, { Alias: (_, alias) => void (last = alias) });
  return last;
}

const keyRange = (text: string, start: number): [number, number] => {
  const end = text.slice(start).search(/[:\s]/);
  return [start, end < 0 ? text.length : start + end];
};

/** Whether a problem is about a key or about its value. */
export type Part = 'key' | 'value';

/** @returns the place of a path in a file; of a path that is not there, the place of the nearest thing above it. */
export function locate(source: Source, path: ManifestPath, part: Part = 'value'): Location {
  return placed(source, ...rangeOf(source, path, part)).location;
}

/** Location and code frame of a path, for a problem. */
export function place(
  source: Source,
  path: ManifestPath,
  part: Part = 'value',
): { location: Location; frame: string } {
  return placed(source, ...rangeOf(source, path, part));
}

/** @returns the value at a path as the file has it, before the environment is read; undefined if there is none. */
export function textAt(source: Source, path: ManifestPath): string | undefined {
  const node = source.document.getIn(path, true) as Node | undefined;
  if (!(node instanceof Scalar)) return undefined;
  return typeof node.value === 'string' ? node.value : JSON.stringify(node.value);
}

function rangeOf({ document }: Source, path: ManifestPath, part: Part): [number, number] {
  let node: Node | null = document.contents;
  let range: [number, number] = [node?.range?.[0] ?? 0, node?.range?.[0] ?? 0];
  for (const [at, step] of path.entries()) {
    const last = at === path.length - 1;
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find(
        ({ key }) => String((key as Scalar).value) === String(step),
      );
      if (pair === undefined) return range;
      const [key, value] = [pair.key as Node, pair.value as Node | null];
      const there = last && part === 'value' && value?.range && !isMap(value) && !isSeq(value) ? value : key;
      range = [there.range![0], there.range![1]];
      node = value;
    } else if (isSeq(node)) {
      const item: Node | undefined = node.items[Number(step)] as Node | undefined;
      if (item?.range === undefined || item.range === null) return range;
      range = [item.range[0], isMap(item) || isSeq(item) ? item.range[0] : item.range[1]];
      node = item;
    } else return range;
  }
  return range;
}

function placed(source: Source, start: number, end: number): { location: Location; frame: string } {
  const from = source.lines.linePos(start);
  const to = source.lines.linePos(Math.max(start, end));
  return {
    location: {
      file: source.file,
      line: from.line,
      column: from.col,
      endLine: to.line,
      endColumn: to.col,
    },
    frame: frameAt(source.text, start),
  };
}
