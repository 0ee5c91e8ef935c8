/** What the semantic checks say, and the words that several of them need. */
import { closest } from '../../closest.ts';
import type { ManifestPath } from '../manifest.ts';

export interface ManifestProblem {
  readonly path: ManifestPath;
  readonly message: string;
  /** What to write instead, starting with a verb. */
  readonly help: string;
  /** `expired`: what was agreed until a day before today. An error in a review, and no reason to stop a deployment. */
  readonly severity: 'error' | 'warning' | 'expired';
}

export const error = (path: ManifestPath, message: string, help: string): ManifestProblem => ({
  path,
  message,
  help,
  severity: 'error',
});
export const warning = (path: ManifestPath, message: string, help: string): ManifestProblem => ({
  path,
  message,
  help,
  severity: 'warning',
});

/**
 * @param what the kind of name: `domain`.
 * @param otherwise what to do if none of the known names is meant, starting with a verb.
 * @returns the problem that `name` is not among the known names, with the nearest of them.
 */
export function unknown(
  path: ManifestPath,
  what: string,
  name: string,
  known: Iterable<string>,
  otherwise: string,
): ManifestProblem {
  const names = [...known];
  const near = closest(name, names);
  const list = names.length > 0 && names.length <= 12 ? `Write one of: ${names.join(', ')}. ` : '';
  return near === undefined
    ? error(path, `there is no ${what} \`${name}\``, `${list}${otherwise}`)
    : error(
        path,
        `there is no ${what} \`${name}\` — did you mean \`${near}\`?`,
        `Write \`${near}\`. ${otherwise}`,
      );
}

/** PostgreSQL cuts longer names off (NAMEDATALEN), and two of them may become one. */
const longestName = 63;
const utf8 = new TextEncoder();

/** @param what how the message calls it: `the role name`. */
export function* nameLength(path: ManifestPath, what: string, name: string): Generator<ManifestProblem> {
  const length = utf8.encode(name).length;
  if (length > longestName)
    yield error(
      path,
      `${what} \`${name}\` is ${length} bytes long; PostgreSQL keeps ${longestName}`,
      `Shorten it by ${length - longestName} or more; PostgreSQL would cut it off.`,
    );
}
