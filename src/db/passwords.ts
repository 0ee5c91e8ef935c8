/**
 * Passwords of roles, set so that the password itself never leaves this process: the server gets the SCRAM-SHA-256
 * verifier (RFC 5802, RFC 7677) in the form in which PostgreSQL keeps it in pg_authid.
 */
import { createHash, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { operationalError } from '../core/model/problem.ts';
import { identifier, literal } from '../sql/quote.ts';
import type { Connection } from './connect.ts';

/** PostgreSQL's own default. */
const iterations = 4096;
const derive = promisify(pbkdf2);

/**
 * @param salt 16 random bytes; given from outside.
 * @returns `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, the parts in base64.
 */
export async function scramVerifier(password: string, salt: Buffer, rounds = iterations): Promise<string> {
  const salted = await derive(prepared(password), salt, rounds, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${rounds}:${salt.toString('base64')}$${stored}:${hmac('Server Key').toString('base64')}`;
}

/** @returns whether a stored verifier is of this password. */
export async function matchesVerifier(password: string, verifier: string): Promise<boolean> {
  const parts = /^SCRAM-SHA-256\$(\d+):([^$]+)\$/.exec(verifier);
  return (
    parts !== null &&
    (await scramVerifier(password, Buffer.from(parts[2]!, 'base64'), Number(parts[1]))) === verifier
  );
}

/**
 * SASLprep (RFC 4013) as PostgreSQL does it: what the profile forbids is taken as it is. Code points that Unicode 3.2
 * did not know are not told apart here: normalisation leaves all but a few of them alone.
 */
function prepared(password: string): string {
  // oxlint-disable-next-line no-control-regex -- plain ASCII needs no preparation
  if (/^[\u0000-\u007f]*$/.test(password)) return password;
  const mapped = password
    .replaceAll(/[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g, ' ')
    .replaceAll(
      /\u00ad|\u034f|\u1806|[\u{180b}-\u{180d}]|\u200c|\u200d|\u2060|[\u{fe00}-\u{fe0f}]|\ufeff/gu,
      '',
    )
    .normalize('NFKC');
  const forbidden =
    /[\p{Cc}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}\u0340\u0341\u06dd\u070f\u180e\u200e\u200f\u2028-\u202e\u2061-\u2063\u206a-\u206f\u2ff0-\u2ffb\ufff9-\ufffd\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/u;
  const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;
  const mixed =
    rightToLeft.test(mapped) &&
    (/[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u.test(mapped) ||
      !rightToLeft.test(Array.from(mapped).at(0)!) ||
      !rightToLeft.test(Array.from(mapped).at(-1)!));
  return mapped === '' || forbidden.test(mapped) || mixed ? password : mapped;
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
 * @throws KnownError (3) when the server refuses; neither password nor verifier is in the message.
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
    else if (!(await matchesVerifier(password, stored.get(role) ?? ''))) {
      const verifier = await scramVerifier(password, salt());
      await sql
        .unsafe(`ALTER ROLE ${identifier(role)} PASSWORD ${literal(verifier)}`)
        .catch((error: Error) => {
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
