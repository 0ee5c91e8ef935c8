/** S0's roles, each logged in, on every major: what the server lets them do is what the audit says of them. */
import { execFile } from 'node:child_process';
import type { Sql } from 'postgres';
import { expect, it } from 'vitest';
import { accessOf } from '../../src/core/access/effective.ts';
import { isAllowed } from '../../src/core/access/path.ts';
import { entriesOf } from '../../src/core/model/catalog.ts';
import { nameOf } from '../../src/core/model/id.ts';
import { connect } from '../../src/db/connect.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { identifier, literal } from '../../src/sql/quote.ts';
import { type TestServer, describeEachMajor } from '../support/servers.ts';

const passwords = {
  LLMPROXY_GATEWAY_PASSWORD: 'gateway secret',
  LLMPROXY_REPORTER_PASSWORD: 'reporter secret',
};
const logins: Readonly<Record<string, string>> = {
  llmproxy_gateway: passwords.LLMPROXY_GATEWAY_PASSWORD,
  llmproxy_reporter: passwords.LLMPROXY_REPORTER_PASSWORD,
};
const groups = ['llmproxy_admin', 'llmproxy_app', 'llmproxy_reporting', 'llmproxy_audit'];

/** S0's migrations as they lie there, applied by the built program. */
async function migrate(server: TestServer): Promise<void> {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, ...passwords, DATABASE_URL: server.url() };
  await new Promise<void>((done, fail) => {
    execFile(process.execPath, ['bin/dbctl.js', 'migrate'], { env }, (error, _out, log) =>
      error === null ? done() : fail(new Error(log)),
    );
  });
}

/** Whether the server refuses the statement for want of a privilege. Any other error comes after that check. */
async function mayRun(sql: Sql, statement: string): Promise<boolean> {
  const over = new Error('over');
  try {
    await sql.begin(async (transaction) => {
      await transaction.unsafe(statement);
      throw over;
    });
  } catch (error) {
    return error === over || (error as { code?: string }).code !== '42501';
  }
  return true;
}

describeEachMajor('S0’s roles, logged in', (server) => {
  it('try what each may and may not do', { timeout: 120_000 }, async () => {
    await migrate(server());
    const admin = await connect(server().address);
    const catalog = await introspect(admin);
    // A role that nobody logs in as is tried all the same.
    for (const role of groups)
      await admin.sql.unsafe(`alter role ${identifier(role)} login password ${literal(role)}`);
    await admin.close();
    const access = accessOf(catalog);
    const world = { catalog, access };
    const columnOf = new Map<string, string>();
    for (const { id } of entriesOf(catalog, 'column'))
      columnOf.set(nameOf({ kind: 'table', schema: id.schema, name: id.table }), identifier(id.name));
    const tables = [...entriesOf(catalog, 'table')].filter(({ id }) => columnOf.has(nameOf(id)));
    const views = [...entriesOf(catalog, 'view')];
    const schemas = [...entriesOf(catalog, 'schema')];
    const wrong: string[] = [];
    let allowed = 0;
    let tried = 0;
    for (const role of [...groups, ...Object.keys(logins)]) {
      const connection = await connect({ ...server().address, user: role, password: logins[role] ?? role });
      try {
        const attempt = async (
          privilege: string,
          on: Parameters<typeof isAllowed>[1]['on'],
          statement: string,
        ) => {
          const theirs = await mayRun(connection.sql, statement);
          tried += 1;
          if (theirs) allowed += 1;
          if (theirs !== isAllowed(world, { role, privilege, on }))
            wrong.push(`${role}: ${statement}: the server says ${theirs ? 'yes' : 'no'}`);
        };
        for (const { id } of tables) {
          const name = nameOf(id);
          await attempt('select', id, `table ${name} limit 0`);
          await attempt('insert', id, `insert into ${name} default values`);
          await attempt('update', id, `update ${name} set ${columnOf.get(name)!} = default`);
          await attempt('delete', id, `delete from ${name}`);
          await attempt('truncate', id, `truncate ${name}`);
        }
        for (const { id } of views) await attempt('select', id, `table ${nameOf(id)} limit 0`);
        for (const { id } of schemas)
          await attempt('create', id, `create table ${identifier(id.name)}.made_by_a_test ()`);
      } finally {
        await connection.close();
      }
    }
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThan(200);
    expect(allowed / tried).toBeGreaterThan(0.1);
    expect(allowed / tried).toBeLessThan(0.9);
  });
});
