/** A desired state that is what pg_dump wrote: the migrations from empty make a database that dumps the same. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/db/connect.ts';
import { filled } from '../support/convergence.ts';
import { dumpStatements, pgDump } from '../support/pg-dump.ts';
import { type TestServer, startServer, urlOf } from '../support/servers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const fixture = (name: string) => readFileSync(join(root, 'fixtures', name), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'dbctl-from-dump-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const dbctl = (address: Address, ...args: string[]) =>
  new Promise<{ status: number; output: string }>((done) => {
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, DATABASE_URL: urlOf(address) };
    const command = [join(root, 'bin/dbctl.js'), '-C', folder, ...args];
    execFile(process.execPath, command, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      done({ status: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    );
  });
async function execute(address: Address, sql: string): Promise<void> {
  const connection = await filled(address, sql);
  await connection.close();
}
async function dumped(address: Address): Promise<string[]> {
  const statements = dumpStatements(await pgDump(address), { sorted: true });
  return statements.filter((statement) => !/dbctl_migrations|SCHEMA dbctl\b/.test(statement));
}

const roles = ['grown_owner', 'grown_app', 'grown_reader', 'Grown Auditor', 'grown_support'];
const manifest = (declared: readonly string[]) =>
  JSON.stringify({
    version: 1,
    name: 'grown',
    domains: {
      ...Object.fromEntries(
        ['identity', 'billing', 'Users', 'reporting', 'empty', 'extensions', 'counting'].map((name) => [
          name,
          {},
        ]),
      ),
      odd: { schema: 'odd-Names.here' },
      public: { sql: ['dump.sql'] },
    },
    roles: Object.fromEntries(declared.map((name) => [name, {}])),
  });

describe.each([15, 18] as const)('a dump as desired state, PostgreSQL %i', (major) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(major);
    await execute(server.address, fixture('grown/roles.sql'));
  });
  afterAll(() => server?.stop());

  it('becomes migrations that make it again', { timeout: 300_000 }, async () => {
    const source = await server.createDatabase();
    await execute(source, fixture('grown/database.sql'));
    await execute(source, fixture('grown/prefixes.sql'));
    rmSync(join(folder, 'migrations'), { recursive: true, force: true });
    // As it leaves pg_dump, with the lines that are for psql.
    const text = `\\restrict x1Y2\n\n${await pgDump(source)}\n\\unrestrict x1Y2\n`;
    for (const each of ['ATTACH PARTITION', 'OWNER TO', '\nGRANT ', '\nSET ', 'ALTER TABLE ONLY'])
      expect(text).toContain(each);
    writeFileSync(join(folder, 'dump.sql'), text);

    writeFileSync(join(folder, 'dbctl.json'), manifest(roles.slice(1)));
    const undeclared = await dbctl(source, 'generate', 'first');
    expect(undeclared.status).toBe(2);
    expect(undeclared.output).toMatch(/dump\.sql:\d+:\d+.*role "grown_owner" does not exist/);
    expect(undeclared.output).toContain('Declare grown_owner under roles');

    writeFileSync(join(folder, 'dbctl.json'), manifest(roles));
    const first = await dbctl(source, 'generate', 'first');
    expect(first.status, first.output).toBe(0);
    expect(await dbctl(source, 'generate', 'x', '--check')).toMatchObject({ status: 0 });
    const anew = await server.createDatabase();
    const migrated = await dbctl(anew, 'migrate');
    expect(migrated.status, migrated.output).toBe(0);
    const [made, wanted] = [await dumped(anew), await dumped(source)];
    expect(made.filter((each) => !wanted.includes(each))).toEqual(
      wanted.filter((each) => !made.includes(each)),
    );
  });
});
