/** Globs over names, as the manifest has them: `*` is any text, `?` one character, the rest itself. */

/** @returns a test for names that match one of the patterns. An empty list matches nothing. */
export function globs(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.map(
    (pattern) =>
      new RegExp(
        `^${pattern
          .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
          .replaceAll('*', '.*')
          .replaceAll('?', '.')}$`,
        's',
      ),
  );
  return (name) => expressions.some((expression) => expression.test(name));
}
