/** One manifest file as it is written: its YAML (JSON is YAML) and where in the text everything stands. */
import { isMap, isSeq, LineCounter, parseDocument, Scalar, type Document, type Node, type Pair } from 'yaml';
import { frameAt } from '../../core/migration/frame.ts';
import type { ManifestPath } from '../../core/manifest/manifest.ts';
import type { Location } from '../../core/model/finding.ts';
import type { Problem } from '../../core/model/problem.ts';
import { withoutSecrets } from './secrets.ts';
import { readContent } from './yaml-problems.ts';

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
  const document = parseDocument(text, {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
    // Told by us, with both places.
    uniqueKeys: false,
  });
  const bare = { file, text: withoutSecrets(text, document), document, lines, content: {} };
  const read = readContent(document, (offset) => lines.linePos(offset).line);
  if ('content' in read) return { source: { ...bare, content: read.content }, problems: [] };
  const problems = read.problems.map(({ start, end, message, help }) => ({
    ...placed(bare, start, end),
    message,
    help,
  }));
  return { source: bare, problems };
}

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
        ({ key }) => keyText(key as Scalar<string>) === String(step),
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

/** A key as a path has it: the empty key is one without a value. */
const keyText = ({ value }: Scalar<string | number | boolean | null>) => String(value ?? '');

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
