/** Places in a text, as people and editors count them, and the lines around one with a caret. */

import { withoutSecrets } from '../../sql/secret.ts';

/** Line and column, both from 1; the column counts characters, not UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** @returns the place of an offset in UTF-16 units. */
export function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: Array.from(before.slice(lineStart)).length + 1 };
}

/**
 * @returns the line of the offset with up to two before it and one after, numbered, secrets hidden, and a caret under the place:
 * ```
 *   11 | ALTER TABLE auth.users
 * > 12 |   ADD COLUMN emial citext;
 *      |                    ^
 * ```
 */
export function frameAt(text: string, offset: number): string {
  const { line, column } = placeAt(text, offset);
  const lines = withoutSecrets(text)
    .split('\n')
    .map((each) => each.replace(/\r$/, ''));
  const last = Math.min(lines.length, line + 1);
  const width = String(last).length;
  const shown: string[] = [];
  for (let number = Math.max(1, line - 2); number <= last; number += 1) {
    const content = lines[number - 1]!;
    if (number !== line && content === '' && (number > line || shown.length === 0)) continue;
    shown.push(`${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${content}`.trimEnd());
    // Tabs stay tabs, so that the caret stands where the terminal puts the character.
    if (number === line)
      shown.push(
        `  ${' '.repeat(width)} | ${Array.from(content)
          .slice(0, column - 1)
          .join('')
          .replaceAll(/[^\t]/g, ' ')}^`,
      );
  }
  return shown.join('\n');
}

/** @returns the offset in UTF-16 units of the `position`th character (from 1), as a server's error counts them. */
export function offsetOfCharacter(text: string, position: number): number {
  let offset = 0;
  for (const character of text) {
    position -= 1;
    if (position <= 0) return offset;
    offset += character.length;
  }
  return offset;
}
