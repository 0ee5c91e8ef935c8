/**
 * Cuts SQL text into statements by PostgreSQL's lexical rules (manual, 4.1), with their places. It reads no grammar
 * but what the cutting needs, so that text with a syntax error is cut too, and the server can say what is wrong.
 */

/** One statement of a text. Offsets are in UTF-16 units, as JavaScript's strings have them. */
export interface SqlStatement {
  /** From its first token to its last, byte for byte, without the semicolon. */
  readonly text: string;
  /** Where `text` begins and ends in the whole. */
  readonly start: number;
  readonly end: number;
  /** Its first words in lower case, up to four: `create index concurrently`. */
  readonly verb: string;
}

/**
 * @param sql as psql would read it, with standard_conforming_strings on and without psql's own commands.
 * @returns the statements in order; comments between them belong to none, empty statements are left out.
 */
export function splitStatements(sql: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let start = -1;
  let end = 0;
  let parens = 0;
  let words: string[] = [];
  let lastWord = '';
  // Depth of BEGIN ATOMIC … END and the CASE … END in it: the semicolons there end no statement.
  let atomic = 0;
  const finish = () => {
    if (start >= 0) statements.push({ text: sql.slice(start, end), start, end, verb: words.join(' ') });
    start = -1;
    parens = 0;
    words = [];
    atomic = 0;
  };
  for (let at = 0; at < sql.length;) {
    const blank = skipBlank(sql, at);
    if (blank > at) {
      at = blank;
      continue;
    }
    const char = sql[at]!;
    if (char === ';' && parens === 0 && atomic === 0) {
      finish();
      at += 1;
      continue;
    }
    if (start < 0) start = at;
    const next = endOfToken(sql, at);
    if (char === '(') parens += 1;
    else if (char === ')') parens = Math.max(0, parens - 1);
    else if (isWordStart(char)) {
      const word = sql.slice(at, next).toLowerCase();
      if (parens === 0) atomic = atomicDepth(atomic, word, lastWord, words);
      if (words.length < 4) words.push(word);
      lastWord = word;
    }
    at = next;
    end = next;
  }
  finish();
  return statements;
}

/** CREATE [OR REPLACE] FUNCTION|PROCEDURE … BEGIN ATOMIC … END is the one statement that has semicolons of its own. */
function atomicDepth(depth: number, word: string, before: string, first: readonly string[]): number {
  if (depth > 0) return word === 'case' ? depth + 1 : word === 'end' ? depth - 1 : depth;
  if (word !== 'atomic' || before !== 'begin' || first[0] !== 'create') return 0;
  const object = first[1] === 'or' ? first[3] : first[1];
  return object === 'function' || object === 'procedure' ? 1 : 0;
}

/** @returns the offset after the white space and comments that begin at `from`. */
export function skipBlank(sql: string, from: number): number {
  let at = from;
  for (;;) {
    if (isSpace(sql[at])) at += 1;
    else if (sql.startsWith('--', at)) {
      while (at < sql.length && sql[at] !== '\n' && sql[at] !== '\r') at += 1;
    } else if (sql.startsWith('/*', at)) at = endOfBlockComment(sql, at);
    else return at;
  }
}

/** Block comments nest, as the standard has it. */
function endOfBlockComment(sql: string, from: number): number {
  let depth = 0;
  for (let at = from; at < sql.length;) {
    if (sql.startsWith('/*', at)) {
      depth += 1;
      at += 2;
    } else if (sql.startsWith('*/', at)) {
      depth -= 1;
      at += 2;
      if (depth === 0) return at;
    } else at += 1;
  }
  return sql.length;
}

/** The scanner's white space: a no-break space is none, it is part of a name. */
const isSpace = (char: string | undefined) => char !== undefined && ' \t\n\r\f\v'.includes(char);
const isWordStart = (char: string) => /[A-Za-z_\u0080-\uffff]/.test(char);
const word = /[A-Za-z0-9_$\u0080-\uffff]*/y;
const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;

/** @returns the offset after the token at `at`, which is neither white space nor a comment. */
export function endOfToken(sql: string, at: number): number {
  const char = sql[at]!;
  if (char === "'") return endOfQuoted(sql, at, "'", false);
  if (char === '"') return endOfQuoted(sql, at, '"', false);
  if (isWordStart(char)) {
    if ((char === 'e' || char === 'E') && sql[at + 1] === "'") return endOfEscapeString(sql, at + 1);
    word.lastIndex = at;
    word.exec(sql);
    return word.lastIndex;
  }
  if (char === '$') {
    dollarTag.lastIndex = at;
    const tag = dollarTag.exec(sql)?.[0];
    if (tag === undefined) return at + 1;
    const close = sql.indexOf(tag, at + tag.length);
    return close < 0 ? sql.length : close + tag.length;
  }
  // A number takes what hangs on it, so that the `e` of 1e5 begins no string.
  if (/[0-9]/.test(char)) {
    word.lastIndex = at;
    word.exec(sql);
    return word.lastIndex;
  }
  return at + 1;
}

/** An E'' string goes on in a constant on a later line, with its escapes. */
function endOfEscapeString(sql: string, from: number): number {
  for (let at = from; ;) {
    const end = endOfQuoted(sql, at, "'", true);
    let next = end;
    while (isSpace(sql[next])) next += 1;
    if (sql[next] !== "'" || !/[\n\r]/.test(sql.slice(end, next))) return end;
    at = next;
  }
}

function endOfQuoted(sql: string, from: number, quote: string, backslash: boolean): number {
  for (let at = from + 1; at < sql.length; at += 1) {
    if (backslash && sql[at] === '\\') at += 1;
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at + 1;
      at += 1;
    }
  }
  return sql.length;
}
