/** `${NAME}`, `${NAME:-default}` and `{ env: NAME }`: what a manifest reads from the environment. */
import type { ManifestPath } from '../../core/manifest/manifest.ts';
import { isRaw } from './merge.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export interface Unset {
  readonly path: ManifestPath;
  readonly name: string;
}
/** A manifest's data, as the environment completes it. */
export interface Completed {
  readonly data: unknown;
  readonly unset: readonly Unset[];
  /** @returns a text with every value from the environment put back to `${NAME}`: it may be a secret. */
  readonly hide: (text: string) => string;
}

const reference = /\$(\$\{|\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})/g;

/**
 * @returns the data with every reference replaced, and the variables that are not set and have no default.
 * `$${` stands for `${` itself. A password is left as it is: its variable is read when it is needed, and a database's
 * URL may be unset, which means the embedded PostgreSQL.
 */
export function readEnvironment(data: unknown, env: Environment): Completed {
  const unset: Unset[] = [];
  const read = new Map<string, string>();
  const resolve = (value: unknown, path: ManifestPath): unknown => {
    if (typeof value === 'string') return replace(value, path);
    if (Array.isArray(value)) return value.map((item, at) => resolve(item, [...path, at]));
    if (!isRaw(value)) return value;
    if (isPassword(path)) return value;
    const keys = Object.keys(value);
    if (keys.length === 1 && typeof value['env'] === 'string' && isDatabaseUrl(path))
      return replace(`\${${value['env']}}`, path);
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, resolve(item, [...path, name])]),
    );
  };
  const replace = (text: string, path: ManifestPath): unknown => {
    if (isPassword(path)) return text;
    const result = text.replaceAll(reference, (_all, form: string, name?: string, fallback?: string) => {
      if (form === '${' || name === undefined) return '${';
      const value = env[name];
      if (value !== undefined && value !== '') {
        read.set(name, value);
        return value;
      }
      if (fallback !== undefined) return fallback;
      if (!isDatabaseUrl(path)) unset.push({ path, name });
      return '';
    });
    const whole = result !== text && /^\$\{[^}]*\}$/.test(text);
    if (whole && /^-?\d+$/.test(result)) return Number(result);
    return whole && /^(true|false)$/.test(result) ? result === 'true' : result;
  };
  const resolved = resolve(data, []);
  // The longest first: one value may be part of another.
  const values = [...read].sort(([, a], [, b]) => b.length - a.length);
  const hide = (text: string) =>
    values.reduce((hidden, [name, value]) => hidden.replaceAll(whole(value), `\${${name}}`), text);
  return { data: resolved, unset, hide };
}

/** A value as a word of its own: `1` is not to be found in `10`. */
const whole = (value: string) =>
  new RegExp(
    `(?<![A-Za-z0-9_])${value.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}(?![A-Za-z0-9_])`,
    'g',
  );

/** Wherever it stands: `roles` may be misspelt. */
const isPassword = (path: ManifestPath) => path.length === 3 && path[2] === 'password';
const isDatabaseUrl = (path: ManifestPath) => path.length === 3 && path[2] === 'url';

/** @returns the variable that a password names: `{ env: NAME }` or `${NAME}`; undefined for a literal. */
export function passwordVariable(password: unknown): string | undefined {
  if (isRaw(password)) return typeof password['env'] === 'string' ? password['env'] : undefined;
  return /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(String(password))?.[1];
}
