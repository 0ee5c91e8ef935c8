/** Passwords: what the server would have made of them, and what it accepts at a login. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type Connection } from '../../src/db/connect.ts';
import { isPreparable, matchesVerifier, scramVerifier, setPasswords } from '../../src/db/passwords.ts';
import { literal } from '../../src/sql/quote.ts';
import { serverHere } from '../support/servers.ts';

const salt = () => randomBytes(16);

describe.each([18, 15] as const)('PostgreSQL %i', (major) => {
  const server = serverHere(major);
  let admin: Connection;
  beforeAll(async () => {
    admin = await connect(server().address);
    await admin.sql`CREATE ROLE test_login LOGIN`;
    // Without SCRAM at the door, any verifier would seem to do.
    await admin.sql
      .unsafe(
        `DO $$ DECLARE rest text := pg_read_file('pg_hba.conf'); BEGIN
           EXECUTE format('COPY (SELECT unnest(%L::text[])) TO %L',
             ARRAY['local all test_login scram-sha-256', 'host all test_login all scram-sha-256'] || string_to_array(rest, E'\\n'),
             current_setting('hba_file'));
         END $$`,
      )
      .simple();
    await admin.sql`SELECT pg_reload_conf()`;
  });
  afterAll(() => admin.close());

  const stored = async () => {
    const [row] = await admin.sql<{ verifier: string }[]>`
      SELECT rolpassword AS verifier FROM pg_authid WHERE rolname = 'test_login'`;
    return row!.verifier;
  };
  const login = async (password: string) => {
    const connection = await connect({ ...server().address, user: 'test_login', password });
    await connection.close();
  };
  const set = async (password: string | undefined, connection = admin) => {
    const told: string[] = [];
    const passwords = [{ role: 'test_login', variable: 'LOGIN_PASSWORD', password }];
    const done = await setPasswords(connection, passwords, salt, (line) => void told.push(line));
    return { done, told };
  };

  test('the server makes the same verifier of every password', async () => {
    const word = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom(
        'naïve',
        'ﬁnger²',
        'a\u00a0b',
        'a\u00adb',
        'ǆ',
        'é',
        'שלום',
        'a שלום',
        'x\u200e',
        '\u0007',
        'ｆｕｌｌ',
        '²\u2028',
        '\ufeff',
      ),
      fc.string({
        minLength: 1,
        unit: fc.constantFrom(...Array.from('aé\u0301²ﬁ\u00a0\u00adשع１ǆ\u200dÅΩ😀')),
      }),
    );
    await fc.assert(
      fc.asyncProperty(word, async (password) => {
        fc.pre(!password.includes('\0') && isPreparable(password));
        await admin.sql.unsafe(`ALTER ROLE test_login PASSWORD ${literal(password)}`);
        expect(await matchesVerifier(password, await stored())).toBe(true);
        expect(await matchesVerifier(`${password}x`, await stored())).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  test('what cannot be prepared for certain is refused, and little is', () => {
    for (const password of ['a b', 'naïve', 'ﬁnger²', '😀', 'x😀y', 'שלום', '漢字', ''])
      expect(isPreparable(password)).toBe(true);
    for (const password of ['²😀', 'ﬁ שלום']) expect(isPreparable(password)).toBe(false);
  });

  test('a login with the password works, with another it does not', async () => {
    for (const password of ['correct horse', 'it\'s $1 \\ "x"', 'pässwörd²']) {
      expect((await set(password)).done).toEqual(['test_login']);
      // The driver sends it as it is; libpq would prepare it first.
      await login(password.normalize('NFKC'));
      await expect(login(`${password}!`)).rejects.toThrow(/password authentication failed/);
    }
  });

  test('a password that is set already is left alone', async () => {
    await set('same');
    const before = await stored();
    expect(await set('same')).toEqual({ done: [], told: [] });
    expect(await stored()).toBe(before);
  });

  test('a variable that is not set is told, and is no error', async () => {
    const before = await stored();
    for (const password of [undefined, ''])
      expect(await set(password)).toEqual({
        done: [],
        told: ['password of test_login: LOGIN_PASSWORD is not set, left as it is'],
      });
    expect(await stored()).toBe(before);
  });

  test('a role that does not exist is told', async () => {
    const told: string[] = [];
    const passwords = [{ role: 'nobody_here', variable: 'X', password: 'x' }];
    expect(await setPasswords(admin, passwords, salt, (line) => void told.push(line))).toEqual([]);
    expect(told).toEqual(['password of nobody_here: the role does not exist yet']);
  });

  test('the password is never seen: not by the server, not in an error', async () => {
    const secret = 'very-secret-word';
    await admin.sql.unsafe(`SET log_statement = 'all'`);
    await set(secret);
    const [activity] = await admin.sql<{ n: number }[]>`
      SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE ${'%very-secret%'} AND pid <> pg_backend_pid()`;
    expect(activity!.n).toBe(0);
    // Nor is the verifier: in the server's log, or in what others see of the session.
    const watcher = await connect(server().address);
    const [seen] = await watcher.sql<{ folder: string; queries: number }[]>`
      SELECT current_setting('data_directory') AS folder, (SELECT count(*)::int FROM pg_stat_activity
        WHERE query LIKE '%SCRAM-SHA-256$%' AND pid <> pg_backend_pid()) AS queries`;
    await watcher.close();
    expect(seen!.queries).toBe(0);
    const log = await readFile(join(seen!.folder, '..', 'log'), 'utf8');
    expect(log).toContain('SELECT rolname AS name FROM pg_roles');
    expect(log).not.toContain('SCRAM-SHA-256$');
    expect(await stored()).toContain('SCRAM-SHA-256$');
    await admin.sql`CREATE ROLE test_weak`;
    try {
      await admin.sql`SET ROLE test_weak`;
      const error = await set(secret).then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      expect(error!.message).toMatch(/^cannot set the password of test_login from LOGIN_PASSWORD: /);
      const whole = JSON.stringify([error, error!.stack, error!.cause ?? null]);
      expect(whole).not.toContain(secret);
      expect(whole).not.toContain('SCRAM-SHA-256$');
    } finally {
      await admin.sql`RESET ROLE`;
      await admin.sql`DROP ROLE test_weak`;
    }
  });
});

test('the example of RFC 7677', async () => {
  const verifier = await scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'));
  // What the RFC's exchange proves itself by: ServerSignature = HMAC(ServerKey, AuthMessage).
  const { createHmac } = await import('node:crypto');
  const message =
    'n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
  const serverKey = Buffer.from(verifier.split(':').at(-1)!, 'base64');
  expect(createHmac('sha256', serverKey).update(message).digest('base64')).toBe(
    '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  );
});
