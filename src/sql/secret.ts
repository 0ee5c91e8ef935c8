/**
 * Secrets in SQL: the options of foreign objects that hold one, and how a text is shown without any. The expressions
 * mean the same to JavaScript and to PostgreSQL, so that the server itself keeps the values back.
 */
import { hasSqlDetails, loadModule, parseSync } from 'libpg-query';

/** Names of options whose values are secret. */
export const secretName =
  '^pass$|passw|passphrase|passfile|passcode|pwd|secret|token|credential|(?:api|access|private|service|sa|encryption)_?key';
/** Those that only look so: an identifier of a secret is none, and password_required says yes or no. */
export const notSecretName = '_(id|name|required)$';
/** Values that hold a secret whatever they are called: a URL or a connection string with a password. */
export const secretValue =
  '://[^/@\\s]*:[^/@\\s]+@|(^|[\\s;?&])(password|passwd|pwd|sslpassword|secret|token)\\s*=\\s*[^\\s;&]';

const isSecretName = (name: string) =>
  new RegExp(secretName, 'i').test(name) && !new RegExp(notSecretName, 'i').test(name);

/** @returns the names of the options in one statement that hold a secret. An empty value holds the place of one, and is none. */
export async function secretsIn(statement: string): Promise<string[]> {
  if (!/\boptions\s*\(/i.test(statement)) return [];
  await loadModule();
  try {
    const { stmts = [] } = parseSync(statement) as { stmts?: { stmt: object }[] };
    return stmts
      .flatMap(({ stmt }) => optionsOf(stmt))
      .filter(isSecretOption)
      .map(([name]) => name);
  } catch (error) {
    if (!hasSqlDetails(error)) throw error;
    return [];
  }
}

const isSecretOption = ([name, value]: readonly [string, string]) =>
  value !== '' && (isSecretName(name) || new RegExp(secretValue, 'i').test(value));

interface DefElem {
  readonly defname: string;
  readonly arg?: { readonly String?: { readonly sval?: string } };
}

/** Every `name 'value'` of a parse tree, wherever it stands. */
function optionsOf(node: unknown): (readonly [string, string])[] {
  if (typeof node !== 'object' || node === null) return [];
  const element = (node as { DefElem?: DefElem }).DefElem;
  if (element?.arg?.String !== undefined) return [[element.defname, element.arg.String.sval ?? '']];
  return Object.values(node).flatMap(optionsOf);
}

/** What follows is hidden: a string after a secret's name, the value in a connection string, the password in a URL. */
const shown = [
  new RegExp(`((?:${secretName.replace('^pass$|', '')})\\w*"?\\s*=?\\s*)(E?'(?:[^']|'')*')`, 'gi'),
  /(\b(?:password|passwd|pwd|sslpassword|secret|token)=)([^\s;&']+)/gi,
  /(:\/\/[^/@\s:]*:)([^/@\s]+)(?=@)/g,
];

/** @returns a text with asterisks in place of what looks like a secret, character for character. */
export function withoutSecrets(text: string): string {
  return shown.reduce(
    (hidden, form) =>
      hidden.replaceAll(
        form,
        (_, before: string, secret: string) => before + secret.replaceAll(/[^\s']/g, '*'),
      ),
    text,
  );
}
