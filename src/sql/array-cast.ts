/**
 * `status IN ('a', 'b')` on a varchar is kept by PostgreSQL with the cast on the whole array, and printed so:
 * `ANY ((ARRAY['a'::varchar, …])::text[])`. Read again, that cast goes to each element, and what is stored is another
 * expression. Without the cast the server puts it where it was.
 */
import { endOfToken, skipBlank } from './split.ts';

/**
 * @param sql with expressions as pg_get_expr and its like print them. Strings, names and bodies in it are left alone.
 * @returns the SQL whose expressions, read and printed again, are the same.
 */
export function withImplicitArrayCasts(sql: string): string {
  if (!sql.includes('(ARRAY[') || !sql.includes('])::')) return sql;
  const tokens = tokensOf(sql);
  const cuts: [start: number, end: number][] = [];
  for (let at = 0; at + 4 < tokens.length; at += 1) {
    const [over, outer, inner, array, bracket] = tokens.slice(at, at + 5).map(({ text }) => text);
    if (over !== 'ANY' && over !== 'ALL') continue;
    if (outer !== '(' || inner !== '(' || array !== 'ARRAY' || bracket !== '[') continue;
    const outerEnd = closing(tokens, at + 1);
    const innerEnd = closing(tokens, at + 2);
    const afterArray = closing(tokens, at + 4) + 1;
    if (outerEnd < 0 || afterArray !== innerEnd || tokens[innerEnd + 1]?.text !== ':') continue;
    cuts.push(
      [tokens[at + 2]!.start, tokens[at + 2]!.start + 1],
      [tokens[innerEnd]!.start, tokens[outerEnd]!.start],
    );
  }
  let [result, from] = ['', 0];
  for (const [start, end] of cuts.sort((a, b) => a[0] - b[0])) {
    result += sql.slice(from, start);
    from = Math.max(from, end);
  }
  return result + sql.slice(from);
}

interface Token {
  readonly text: string;
  readonly start: number;
}

function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  for (let at = skipBlank(sql, 0); at < sql.length;) {
    const end = endOfToken(sql, at);
    tokens.push({ text: sql.slice(at, end), start: at });
    at = skipBlank(sql, end);
  }
  return tokens;
}

/** @returns the position of the bracket that closes the one at `open`, or -1. */
function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    const { text } = tokens[at]!;
    if (text === '(' || text === '[') depth += 1;
    else if (text === ')' || text === ']') depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}
