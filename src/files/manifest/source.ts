/** One manifest file as it is written: its YAML (JSON is YAML) and where in the text everything stands. */
import { isMap, isSeq, LineCounter, parseDocument, type Document, type Node, type Pair, Scalar } from 'yaml';
import { frameAt } from '../../core/migration/frame.ts';
import type { ManifestPath } from '../../core/manifest/manifest.ts';
import type { Location } from '../../core/model/finding.ts';
import type { Problem } from '../../core/model/problem.ts';

export interface Source {
  /** Absolute. */
  readonly file: string;
  readonly text: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** Reads the text of a file. @returns it with what the YAML parser has against it, duplicate keys included. */
export function readSource(file: string, text: string): { source: Source; problems: Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const source = { file, text, document, lines };
  const problems = document.errors.map(({ message, pos, code }) => ({
    ...placed(source, pos[0], pos[1]),
    message:
      code === 'DUPLICATE_KEY' ? `the key ${text.slice(...keyRange(text, pos[0]))} is there twice` : message,
    help:
      code === 'DUPLICATE_KEY'
        ? 'Keep one of the two; of two equal keys one would be lost.'
        : code === 'TAB_AS_INDENT'
          ? 'Indent with spaces: YAML does not allow tabs there.'
          : 'Mend the YAML here; everything after it is not read.',
  }));
  return { source, problems };
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
    frame: masked(frameAt(source.text, start)),
  };
}

/** A frame shows the lines around an error, and a secret may stand in one of them. */
function masked(frame: string): string {
  return frame
    .replaceAll(/(:\/\/[^:@/\s'"]*:)(?!\$\{)[^@\s]+@/g, '$1*****@')
    .replaceAll(/(\bpassword["']?\s*:\s*)(?!\{|\$\{|["']\$\{|$)([^\s#}][^#,}\n]*)/gim, '$1*****');
}
