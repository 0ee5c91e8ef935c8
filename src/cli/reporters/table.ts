/** Aligned tables. */
import type { Chalk } from '../colour.ts';

/** A cell: its text, and how it is coloured, which does not count for its width. */
export interface Cell {
  readonly text: string;
  readonly style?: (text: string) => string;
}

/** @returns lines of aligned columns, two spaces between them, no space at a line's end. @param head in capitals, dimmed. */
export function tableText(
  head: readonly string[],
  rows: readonly (readonly (string | Cell)[])[],
  colour: Chalk,
): string {
  const all = [
    head.map((text): Cell => ({ text: text.toUpperCase(), style: (each) => colour.dim(each) })),
    ...rows.map((row) => row.map((cell): Cell => (typeof cell === 'string' ? { text: cell } : cell))),
  ];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.text.length ?? 0)));
  return all
    .map((row) => {
      const last = row.findLastIndex(({ text }) => text !== '');
      return row
        .slice(0, last + 1)
        .map(({ text, style }, column) => {
          const padding = column === last ? '' : ' '.repeat(widths[column]! - text.length);
          return `${style === undefined ? text : style(text)}${padding}`;
        })
        .join('  ');
    })
    .join('\n');
}
