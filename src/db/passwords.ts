/**
 * Passwords of roles, set so that the password itself never leaves this process: the server gets the SCRAM-SHA-256
 * verifier (RFC 5802, RFC 7677) in the form in which PostgreSQL keeps it in pg_authid.
 */
import { createHash, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { inputError, operationalError } from '../core/model/problem.ts';
import { identifier, literal } from '../sql/quote.ts';
import type { Connection } from './connect.ts';

/** PostgreSQL's own default. */
const iterations = 4096;
const derive = promisify(pbkdf2);

/**
 * @param salt 16 random bytes; given from outside.
 * @throws RangeError for a password that `isPreparable` denies.
 * @returns `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, the parts in base64.
 */
export async function scramVerifier(password: string, salt: Buffer, rounds = iterations): Promise<string> {
  const text = prepared(password);
  if (text === undefined)
    throw new RangeError('the password mixes characters that SASLprep changes with rare ones');
  const salted = await derive(text, salt, rounds, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${rounds}:${salt.toString('base64')}$${stored}:${hmac('Server Key').toString('base64')}`;
}

/**
 * @returns whether it is certain what SASLprep makes of the password. Denied: characters that it changes (`²`, `ﬁ`)
 * beside such as came after Unicode 3.2 (emoji) or are written from right to left.
 */
export const isPreparable = (password: string): boolean => prepared(password) !== undefined;

/** @returns whether a stored verifier is of this password. */
export async function matchesVerifier(password: string, verifier: string): Promise<boolean> {
  const parts = /^SCRAM-SHA-256\$(\d+):([^$]+)\$/.exec(verifier);
  return (
    parts !== null &&
    (await scramVerifier(password, Buffer.from(parts[2]!, 'base64'), Number(parts[1]))) === verifier
  );
}

/** Characters that Unicode 3.2 knew, written from left to right: of these SASLprep's verdict needs no tables. */
const known =
  /^(?:[\u0300-\u034f]|[\u0020-\u007e\u00a0-\u0220\u0222-\u0233\u0391-\u03a1\u03a3-\u03ce\u0410-\u044f\u1e00-\u1e9b\u1ea0-\u1ef9\u2000-\u2027\u202f-\u2052\u2070\u2071\u2074-\u208e\u20a0-\u20b1\u2103\u2116\u2122\u2126\u212a\u212b\u3000\u3042-\u3094\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3\ufb00-\ufb06\ufeff\uff01-\uff5e])*$/;
const forbidden = /\u0340|\u0341|[\u0080-\u009f\u200e\u200f\u2028\u2029]/;

/**
 * SASLprep (RFC 4013), which servers and clients apply before anything else. What it forbids PostgreSQL takes as it
 * is; most passwords come out as they went in, and then its verdict does not matter.
 *
 * @returns undefined when the verdict would need the tables of Unicode 3.2.
 */
function prepared(password: string): string | undefined {
  const mapped = password
    .replaceAll(/[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g, ' ')
    .replaceAll(
      /\u00ad|\u034f|\u1806|[\u{180b}-\u{180d}]|\u200c|\u200d|\u2060|[\u{fe00}-\u{fe0f}]|\ufeff/gu,
      '',
    )
    .normalize('NFKC');
  if (mapped === password || mapped === '') return password;
  if (!known.test(password)) return undefined;
  return forbidden.test(mapped) ? password : mapped;
}

/** A role whose password the environment holds. */
export interface RolePassword {
  readonly role: string;
  /** The environment variable's name. */
  readonly variable: string;
  /** undefined: the variable is not set. A secret. */
  readonly password: string | undefined;
}

/**
 * Sets the passwords that are not set already. Roles that do not exist (yet) and variables that are not set are
 * told, and are no error.
 *
 * @param salt makes 16 random bytes.
 * @returns the roles whose password was set.
 * @throws KnownError (2) for a password that clients would not agree on; (3) when the server refuses; neither password nor verifier is in the message.
 */
export async function setPasswords(
  { sql }: Connection,
  passwords: readonly RolePassword[],
  salt: () => Buffer,
  log: (line: string) => void,
): Promise<string[]> {
  if (passwords.length === 0) return [];
  const roles = new Set(
    (await sql<{ name: string }[]>`SELECT rolname AS name FROM pg_roles`).map(({ name }) => name),
  );
  const stored = await storedVerifiers(sql);
  const set: string[] = [];
  for (const { role, variable, password } of passwords) {
    // The server takes an empty password for none.
    if (password === undefined || password === '')
      log(`password of ${identifier(role)}: ${variable} is not set, left as it is`);
    else if (!roles.has(role)) log(`password of ${identifier(role)}: the role does not exist yet`);
    else if (!isPreparable(password))
      throw inputError({
        message: `the password of ${identifier(role)} in ${variable} mixes characters that clients may read in two ways`,
        help: 'Choose one of letters without presentation forms (² ﬁ ｆ), or without emoji and right-to-left script beside them.',
      });
    else if (!(await matchesVerifier(password, stored.get(role) ?? ''))) {
      const verifier = await scramVerifier(password, salt());
      await alterPassword(sql, role, verifier).catch((error: Error) => {
        // Without the cause: it carries the statement.
        throw operationalError({
          message: `cannot set the password of ${identifier(role)} from ${variable}: ${error.message}`,
          help: 'Connect as a superuser, or as a role with CREATEROLE and ADMIN OPTION on it.',
        });
      });
      set.push(role);
    }
  }
  return set;
}

/** Who may, keeps it out of the server's log: no statement, no parameter, whatever it is told to log. */
const quietly = Object.entries({
  log_statement: 'none',
  log_duration: 'off',
  log_min_duration_statement: '-1',
  log_min_duration_sample: '-1',
  log_transaction_sample_rate: '0',
  log_min_error_statement: 'panic',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
})
  .map(([name, value]) => `set_config('${name}', '${value}', true)`)
  .join(', ');

/** The verifier goes as a parameter: it is in no statement that pg_stat_activity or pg_stat_statements shows, nor in an error. */
async function alterPassword(sql: Connection['sql'], role: string, verifier: string): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction
      .savepoint((inner) => inner.unsafe(`SELECT ${quietly}`))
      .catch((error: { code?: string }) => {
        if (error.code !== '42501') throw error;
      });
    await transaction`SELECT set_config('dbctl.verifier', ${verifier}, true)`;
    const body = `BEGIN
  EXECUTE pg_catalog.format('ALTER ROLE %I PASSWORD %L', ${literal(role)}, pg_catalog.current_setting('dbctl.verifier'));
EXCEPTION WHEN OTHERS THEN
  RAISE EXCEPTION USING MESSAGE = SQLERRM, ERRCODE = SQLSTATE;
END`;
    await transaction.unsafe(`DO ${literal(body)}`);
  });
}

/** Only a superuser may see them; for others every password is set anew. */
async function storedVerifiers(sql: Connection['sql']): Promise<ReadonlyMap<string, string>> {
  try {
    const rows = await sql<{ role: string; verifier: string | null }[]>`
      SELECT rolname AS role, rolpassword AS verifier FROM pg_authid`;
    return new Map(rows.map(({ role, verifier }) => [role, verifier ?? '']));
  } catch (error) {
    if ((error as { code?: string }).code === '42501') return new Map();
    throw error;
  }
}
