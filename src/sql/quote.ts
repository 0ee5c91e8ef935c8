/**
 * The one place that turns names and values into SQL text. Everything that writes SQL goes through here.
 * Quoting is by the rules of PostgreSQL's manual, 4.1.1 (identifiers) and 4.1.2 (constants).
 */
import { reservedWords } from './reserved-words.ts';

const plainIdentifier = /^[a-z_][a-z0-9_$]*$/;

/** An identifier, quoted only where SQL needs it: `users`, `"Users"`, `"order"`. */
export function identifier(name: string): string {
  if (plainIdentifier.test(name) && !reservedWords.has(name)) return name;
  if (name.includes('\0')) throw new TypeError('a PostgreSQL identifier cannot contain a zero byte');
  return `"${name.replaceAll('"', '""')}"`;
}

/** A qualified name: `schema.name`, each part quoted where SQL needs it. */
export function qualified(...parts: readonly string[]): string {
  let name = '';
  for (const part of parts) name += name === '' ? identifier(part) : `.${identifier(part)}`;
  return name;
}

/** A string constant. A backslash makes it an `E''` string, so that it means the same under either setting of standard_conforming_strings. */
export function literal(value: string): string {
  if (value.includes('\0')) throw new TypeError('a PostgreSQL string cannot contain a zero byte');
  const doubled = value.replaceAll("'", "''");
  return value.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}

/** A dollar-quoted string whose tag does not occur in the text: for bodies that people read. */
export function dollarQuoted(body: string, tag = ''): string {
  let candidate = tag;
  for (let n = 1; body.includes(`$${candidate}$`); n += 1) candidate = `${tag || 'body'}${n}`;
  return `$${candidate}$${body}$${candidate}$`;
}

/** A role as a grantee: `PUBLIC` is a keyword there, everything else is an identifier. */
export function grantee(name: string): string {
  return name === 'public' ? 'PUBLIC' : identifier(name);
}
