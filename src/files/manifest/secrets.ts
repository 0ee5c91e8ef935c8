/** Secrets that stand in a manifest: found, so that they are refused, and hidden, so that no message repeats them. */
import { isMap, isScalar, isSeq, visit, type Document, type Node } from 'yaml';

/** A variable's name, as `{ env: NAME }` and `${NAME}` have it. */
const variable = /^[A-Za-z_][A-Za-z0-9_]*$/;
const reference = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/;

/** The password in a URL's authority, and in its query (libpq reads both). */
const inUrl = [/(:\/\/[^:@/\s'"]*:)([^\s'"]*)@/dg, /([?&](?:ssl)?password=)([^&#\s'"}]*)/dg] as const;

/** @returns whether a URL has a password in it that is not wholly a variable without a default. */
export function hasLiteralPassword(url: string): boolean {
  return passwordsInUrls(url).length > 0;
}

function passwordsInUrls(text: string): [number, number][] {
  return inUrl.flatMap((form) =>
    [...text.matchAll(form)]
      .filter(([, , password = '']) => password !== '' && !reference.test(password))
      .map((match) => match.indices![2]!),
  );
}

/**
 * @returns the text with every secret hidden behind asterisks, as long as it was, so that lines and columns stay.
 * Hidden is what stands under a key `password` and is no variable, on however many lines, and a URL's password.
 */
export function withoutSecrets(text: string, document: Document): string {
  const ranges = passwordsInUrls(text);
  visit(document, {
    Pair(_, { key, value }) {
      if (isScalar(key) && /password$/i.test(String(key.value)))
        ranges.push(...literals(value as Node | null));
    },
  });
  // What cannot be parsed is not in the document, or not under its key.
  if (document.errors.length > 0) ranges.push(...onOneLine(text));
  return ranges.reduce(
    (hidden, [start, end]) =>
      hidden.slice(0, start) + hidden.slice(start, end).replaceAll(/\S/g, '*') + hidden.slice(end),
    text,
  );
}

function onOneLine(text: string): [number, number][] {
  const form = /password["']?[ \t]*:[ \t]*(?!\{\s*["']?env\b|["']?\$\{)([^\n]+)/dgi;
  return [...text.matchAll(form)].map((match) => match.indices![1]!);
}

/** The ranges of the values that are no name of a variable, nor say where it is read from. */
function literals(value: Node | null): [number, number][] {
  if (isMap(value))
    return value.items.flatMap(({ key, value: part }) =>
      isScalar(key) && key.value === 'env' && isScalar(part) && variable.test(String(part.value))
        ? []
        : literals(part as Node | null),
    );
  if (isSeq(value)) return value.items.flatMap((part) => literals(part as Node | null));
  if (!isScalar(value) || !value.range || value.value === null) return [];
  if (typeof value.value === 'string' && reference.test(value.value)) return [];
  return [[value.range[0], value.range[1]]];
}
