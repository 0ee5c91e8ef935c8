/**
 * Conformance with S0, the LLM proxy: the numbered points of the seed document hold for the system at the root,
 * and each fault of the document as written is reported by name. The built program runs as a child process.
 */
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyOf } from '../../src/core/model/id.ts';
import { type Connection, connect } from '../../src/db/connect.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { type Major, type TestServer, startServer } from '../support/servers.ts';

interface Finding {
  readonly rule: string;
  readonly subject: string;
  readonly message: string;
  readonly help: string;
}
interface Result {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const domains = ['tenants', 'auth', 'apikeys', 'quotas', 'metrics', 'billing', 'audit', 'config'];
const passwords = {
  LLMPROXY_GATEWAY_PASSWORD: 'gateway secret',
  LLMPROXY_REPORTER_PASSWORD: 'reporter secret',
};
const document = await readFile('fixtures/seeds/000/as-written.sql', 'utf8');

/** Runs the program at the root, or under another manifest, on one database. */
function dbctl(url: string, ...args: readonly string[]): Promise<Result> {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, ...passwords, DATABASE_URL: url };
  return new Promise((done) => {
    const options = { env, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, ['bin/dbctl.js', ...args], options, (error, stdout, stderr) => {
      done({ status: error === null ? 0 : ((error.code as unknown as number) ?? -1), stdout, stderr });
    });
  });
}
/** The same, and any other exit status than these is an error. */
async function must(statuses: readonly number[], url: string, ...args: readonly string[]): Promise<unknown> {
  const { status, stdout, stderr } = await dbctl(url, ...args, '--json');
  if (!statuses.includes(status))
    throw new Error(`dbctl ${args.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
  return JSON.parse(stdout);
}
async function lint(url: string, ...args: readonly string[]): Promise<readonly Finding[]> {
  return ((await must([0, 1], url, ...args, 'lint', '--live')) as { findings: Finding[] }).findings;
}

/** The error's SQLSTATE of a statement run as a role, or `ok`; nothing it does stays. */
async function as(sql: Sql, role: string, statement: string): Promise<string> {
  const over = new Error('over');
  try {
    await sql.begin(async (transaction) => {
      await transaction.unsafe(`set local role ${role}`);
      await transaction.unsafe(statement);
      throw over;
    });
  } catch (error) {
    if (error !== over) return (error as { code: string }).code;
  }
  return 'ok';
}
const refused = '42501';
const tenant = `insert into tenants.tenants (name, slug) values ('Acme', 'acme')`;
const request = (table: string, columns = '', values = '') =>
  `insert into metrics.${table} (tenant_id${columns}) values (gen_random_uuid()${values})`;
const measured = [
  ', api_key_id, model, provider, input_tokens, output_tokens, duration_ms, status',
  `, gen_random_uuid(), 'm', 'p', 1, 1, 1, 'ok'`,
] as const;

describe.each([15, 18] satisfies Major[])('S0 on PostgreSQL %i', (major) => {
  describe('the system at the root', () => {
    let server: TestServer;
    let connection: Connection;
    let sql: Sql;
    let url: string;
    beforeAll(async () => {
      server = await startServer(major);
      url = server.url();
      connection = await connect(server.address);
      sql = connection.sql;
      await must([0], url, 'migrate');
    });
    afterAll(async () => {
      await connection?.close();
      await server?.stop();
    });

    it('is what the manifest says', async () => {
      expect(await lint(url)).toEqual([]);
    });

    it('S0-1: eight domain schemas, idempotent', async () => {
      const rows = await sql`select nspname as name from pg_namespace where nspname = any (${domains})`;
      expect(rows.length).toBe(8);
      expect(await must([0], url, 'migrate')).toMatchObject({ applied: [], remaining: [] });
    });

    it('S0-2: the document’s comments on the schemas', async () => {
      const wanted = [...document.matchAll(/^COMMENT ON SCHEMA (\w+) IS '((?:[^']|'')*)';$/gm)].map(
        ([, schema, text]) => ({ schema: schema!, text: text!.replaceAll("''", "'") }),
      );
      expect(wanted.length).toBe(8);
      for (const { schema, text } of wanted) {
        const [row] = await sql`select obj_description(${schema}::regnamespace, 'pg_namespace') as comment`;
        expect(row?.['comment']).toBe(text);
      }
    });

    it('S0-3: schemas come before tables', async () => {
      const first = new Map<string, { schema: string; table: string }>();
      for (const domain of domains)
        for (const file of (await readdir(join('migrations', domain))).sort((a, b) => (a < b ? -1 : 1))) {
          const text = await readFile(join('migrations', domain, file), 'utf8');
          const version = file.slice(0, 17);
          const seen = first.get(domain) ?? { schema: '', table: '' };
          const at = (pattern: RegExp) => {
            const index = text.search(pattern);
            return index < 0 ? '' : `${version} ${String(index).padStart(8, '0')}`;
          };
          first.set(domain, {
            schema: seen.schema || at(/^CREATE SCHEMA/m),
            table: seen.table || at(/^CREATE TABLE/m),
          });
        }
      expect([...first.keys()]).toEqual(domains);
      for (const { schema, table } of first.values()) {
        expect(schema).not.toBe('');
        expect(table === '' || schema < table).toBe(true);
      }
    });

    it('S0-5: every table has one owner, and none lies in public', async () => {
      const rows = await sql`
        select n.nspname as schema, pg_get_userbyid(c.relowner) as owner from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v') and n.nspname !~ '^(pg_|information_schema)' and c.relname <> 'dbctl_migrations'
          and c.relname !~ 'dbctl_migrations'`;
      expect(rows.length).toBeGreaterThan(9);
      for (const row of rows) {
        expect(domains).toContain(row['schema']);
        expect(row['owner']).toBe('llmproxy_admin');
      }
    });

    it('S0-6, S0-7: foreign keys are free inside a domain; the three across domains are declared, with CASCADE', async () => {
      const keys = await sql`
        select c.conrelid::regclass::text as from, c.confrelid::regclass::text as to, c.confdeltype::text as action,
          a.relnamespace = b.relnamespace as inside
        from pg_constraint c join pg_class a on a.oid = c.conrelid join pg_class b on b.oid = c.confrelid
        where c.contype = 'f' order by 1, 2`;
      expect(keys.filter((key) => !key['inside'])).toEqual([
        { from: 'apikeys.api_keys', to: 'tenants.tenants', action: 'c', inside: false },
        { from: 'auth.users', to: 'tenants.tenants', action: 'c', inside: false },
        { from: 'quotas.tenant_quotas', to: 'tenants.tenants', action: 'c', inside: false },
      ]);
      expect(keys.filter((key) => key['inside']).length).toBe(4);
    });

    it('S0-8: logical references are declared; one that is not is found', async () => {
      await sql`alter table audit.audit_logs add column api_key_id uuid`;
      try {
        const found = (await lint(url)).filter(({ rule }) => rule === 'boundary/undeclared-reference');
        expect(found.map(({ subject }) => subject)).toEqual(['audit.audit_logs.api_key_id']);
      } finally {
        await sql`alter table audit.audit_logs drop column api_key_id`;
      }
    });

    it('S0-9, S0-10: the view and the application’s query across schemas work for the gateway, with rights of its own', async () => {
      const query = `select t.id, (select count(*) from auth.users u where u.tenant_id = t.id),
        (select count(*) from apikeys.api_keys k where k.tenant_id = t.id and k.status = 'active'),
        (select sum(q.current_usage) from quotas.tenant_quotas q where q.tenant_id = t.id) from tenants.tenants t`;
      expect(await as(sql, 'llmproxy_gateway', query)).toBe('ok');
      expect(await as(sql, 'llmproxy_gateway', 'select * from tenants.tenant_overview')).toBe('ok');
      const { rows: reached } = (await must([0], url, 'audit')) as {
        rows: { role: string; object: string; privilege: string }[];
      };
      for (const domain of ['tenants', 'auth', 'apikeys', 'quotas'])
        expect(
          reached.some(({ role, object }) => role === 'llmproxy_gateway' && object.startsWith(domain)),
        ).toBe(true);
      await sql`revoke select on auth.users from llmproxy_app`;
      try {
        expect(await as(sql, 'llmproxy_gateway', 'select * from tenants.tenant_overview')).toBe(refused);
      } finally {
        await sql`grant select on auth.users to llmproxy_app`;
      }
    });

    it('S0-11, S0-12: monthly ranges of created_at, which is part of the primary key, named as in the document', async () => {
      const [table] = await sql`
        select pg_get_partkeydef('metrics.llm_requests_partitioned'::regclass) as key,
          (select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'metrics.llm_requests_partitioned'::regclass and contype = 'p') as primary`;
      expect(table).toEqual({ key: 'RANGE (created_at)', primary: 'PRIMARY KEY (id, created_at)' });
      const { sets } = (await must([0], url, 'partitions', 'status')) as {
        sets: { partitions: { name: string; from: string; to: string }[] }[];
      };
      const [set] = sets;
      expect(set!.partitions[0]).toMatchObject({
        name: 'metrics.llm_requests_2025_01',
        from: '2025-01-01 00:00:00+00',
        to: '2025-02-01 00:00:00+00',
      });
      const [{ next } = { next: '' }] = await sql<{ next: string }[]>`
        select to_char((now() at time zone 'UTC') + interval '1 month', '"metrics.llm_requests_"YYYY_MM') as next`;
      expect(set!.partitions.map(({ name }) => name)).toContain(next);
      expect(set!.partitions.slice(1).map(({ from }) => from)).toEqual(
        set!.partitions.slice(0, -1).map(({ to }) => to),
      );
    });

    it('S0-13: the application reads and writes four domains, and only adds to metrics', async () => {
      const run = (statement: string) => as(sql, 'llmproxy_gateway', statement);
      expect(await run(tenant)).toBe('ok');
      for (const table of ['tenants.tenants', 'auth.users', 'apikeys.api_keys', 'quotas.tenant_quotas']) {
        expect(await run(`select from ${table}`)).toBe('ok');
        expect(await run(`delete from ${table}`)).toBe('ok');
      }
      expect(await run(`update auth.users set status = 'off'`)).toBe('ok');
      for (const table of ['llm_requests', 'llm_requests_partitioned']) {
        expect(await run(request(table, ...measured))).toBe('ok');
        expect(await run(`select from metrics.${table}`)).toBe('ok');
        expect(await run(`update metrics.${table} set status = 'x'`)).toBe(refused);
        expect(await run(`delete from metrics.${table}`)).toBe(refused);
        expect(await run(`truncate metrics.${table}`)).toBe(refused);
      }
    });

    it('S0-14: reporting reads metrics and quotas, and nothing else', async () => {
      const run = (statement: string) => as(sql, 'llmproxy_reporter', statement);
      for (const table of [
        'metrics.llm_requests',
        'metrics.llm_requests_partitioned',
        'quotas.tenant_quotas',
      ]) {
        expect(await run(`select from ${table}`)).toBe('ok');
        expect(await run(`delete from ${table}`)).toBe(refused);
      }
      for (const table of ['tenants.tenants', 'auth.users', 'apikeys.api_keys', 'audit.audit_logs'])
        expect(await run(`select from ${table}`)).toBe(refused);
    });

    it('S0-15: audit is written and not read; RETURNING gives what the server filled in', async () => {
      const insert = `insert into audit.audit_logs (action, entity_type) values ('login', 'user')`;
      const run = (statement: string) => as(sql, 'llmproxy_gateway', statement);
      expect(await run(insert)).toBe('ok');
      expect(await run(`${insert} returning id, created_at`)).toBe('ok');
      expect(await run('select * from audit.audit_logs')).toBe(refused);
      expect(await run('select action from audit.audit_logs')).toBe(refused);
      expect(await run(`update audit.audit_logs set action = 'x'`)).toBe(refused);
      expect(await run('delete from audit.audit_logs')).toBe(refused);
    });

    it('S0-16: the admin role can create and alter in every domain', async () => {
      for (const schema of domains)
        expect(
          await as(
            sql,
            'llmproxy_admin',
            `create table ${schema}.new_table (id int); drop table ${schema}.new_table`,
          ),
        ).toBe('ok');
      expect(await as(sql, 'llmproxy_admin', 'alter table auth.users add column phone text')).toBe('ok');
    });

    it('S0-17: logins are members of group roles; passwords are references, and work', async () => {
      const members = await sql`
        select m.rolname as member, r.rolname as role, m.rolcanlogin as login, r.rolcanlogin as "groupLogin"
        from pg_auth_members a join pg_roles m on m.oid = a.member join pg_roles r on r.oid = a.roleid
        where m.rolname like 'llmproxy%' order by 1, 2`;
      expect(
        members.map((row) => `${row['member']} ${row['role']} ${row['login']} ${row['groupLogin']}`),
      ).toEqual([
        'llmproxy_gateway llmproxy_app true false',
        'llmproxy_gateway llmproxy_audit true false',
        'llmproxy_reporter llmproxy_reporting true false',
      ]);
      const written = await Promise.all(
        [
          'dbctl.yaml',
          ...(await readdir('migrations/_cluster')).map((file) => join('migrations/_cluster', file)),
        ].map((file) => readFile(file, 'utf8')),
      );
      expect(written.join('\n')).not.toMatch(/PASSWORD\s+'/i);
      const login = { ...server.address, user: 'llmproxy_gateway' };
      const own = await connect({ ...login, password: passwords.LLMPROXY_GATEWAY_PASSWORD });
      await own.close();
      await expect(connect({ ...login, password: 'wrong' })).rejects.toThrow(/password/);
    });

    it('S0-25: columns, types, defaults, unique constraints and indexes are the document’s', async () => {
      const other = await startServer(major);
      try {
        const plain = await connect(other.address);
        await plain.sql.unsafe(document);
        const [wanted, have] = [await shapes(plain.sql), await shapes(sql)];
        await plain.close();
        expect(wanted.length).toBeGreaterThan(80);
        expect(wanted.filter((line) => !have.includes(line))).toEqual([]);
        const { stdout } = await dbctl(url, 'generate', 'nothing', '--check');
        expect(stdout).not.toContain('CREATE');
      } finally {
        await other.stop();
      }
    });

    it('S0-26: tenant and reference columns lead an index', async () => {
      const rows = await sql`
        select a.attrelid::regclass::text as table, a.attname as column,
          exists (select from pg_index i where i.indrelid = a.attrelid and i.indkey[0] = a.attnum) as indexed
        from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any (${domains}) and c.relkind in ('r', 'p') and a.attname ~ '_id$' order by 1, 2`;
      expect(rows.length).toBeGreaterThan(12);
      // entity_id stands after entity_type in its index: it is never looked for alone.
      expect(rows.filter((row) => !row['indexed'] && row['column'] !== 'entity_id')).toEqual([]);
    });

    // The last: it takes everything down.
    it('S0-4: taken down in reverse order to nothing, and built up again the same', async () => {
      const entries = async () =>
        [...(await introspect(connection)).entries.values()].map((entry) => [keyOf(entry.id), entry.attrs]);
      const before = await entries();
      await must([0], url, 'rollback', '--to', '0', '--allow-destructive');
      const [left] =
        await sql`select count(*)::int as schemas from pg_namespace where nspname = any (${domains})`;
      expect(left).toEqual({ schemas: 0 });
      await must([0], url, 'migrate');
      expect(await entries()).toEqual(before);
    });
  });

  describe('the document as written: each fault is real, and reported by name', () => {
    let server: TestServer;
    let connection: Connection;
    let sql: Sql;
    let findings: readonly Finding[];
    const manifest = ['-m', 'fixtures/seeds/000/dbctl.yaml'];
    beforeAll(async () => {
      server = await startServer(major);
      connection = await connect(server.address);
      sql = connection.sql;
      await sql.unsafe(`set timezone = 'UTC'`);
      await sql.unsafe(document);
      // Its migration (section 5) makes seven of the eight schemas; two months more in the document's way, from
      // two sessions.
      await sql.unsafe(`drop schema billing;
        set timezone = 'Europe/London';
        create table metrics.llm_requests_2025_03 partition of metrics.llm_requests_partitioned for values from ('2025-03-01') to ('2025-04-01');
        set timezone = 'UTC';
        create table metrics.llm_requests_2025_04 partition of metrics.llm_requests_partitioned for values from ('2025-04-01') to ('2025-05-01');`);
      findings = await lint(server.url(), ...manifest);
    });
    afterAll(async () => {
      await connection?.close();
      await server?.stop();
    });
    const reported = (rule: string, text: RegExp) =>
      findings.filter(
        (finding) => finding.rule === rule && text.test(`${finding.subject}: ${finding.message}`),
      );

    it('the gateway cannot insert audit rows', async () => {
      const insert = `insert into audit.audit_logs (action, entity_type) values ('login', 'user')`;
      expect(await as(sql, 'llmproxy_gateway', insert)).toBe(refused);
      expect(reported('permission/membership', /llmproxy_gateway.*llmproxy_audit/).length).toBe(1);
    });

    it('the admin role can neither CREATE nor ALTER', async () => {
      expect(await as(sql, 'llmproxy_admin', 'create table tenants.more (id int)')).toBe(refused);
      expect(await as(sql, 'llmproxy_admin', 'alter table auth.users add column phone text')).toBe(refused);
      for (const schema of domains.filter((name) => name !== 'billing'))
        expect(reported('permission/owner', new RegExp(`${schema}.*llmproxy_admin`)).length).toBeGreaterThan(
          0,
        );
    });

    it('the partition for the next month is missing and the insert fails', async () => {
      expect(await as(sql, 'llmproxy_app', request('llm_requests_partitioned'))).toBe('23514');
      expect(reported('partition/missing', /llm_requests_partitioned lacks \d+ partitions/).length).toBe(1);
    });

    it('a bare-date bound under a non-UTC TimeZone leaves an hour’s hole between partitions', async () => {
      const inTheHole = request('llm_requests_partitioned', ', created_at', `, '2025-03-31 23:30:00+00'`);
      expect(await as(sql, 'llmproxy_app', inTheHole)).toBe('23514');
      const holes = reported('partition/gap', /2025-03-31 23:00:00\+00 up to 2025-04-01 00:00:00\+00/);
      expect(holes.length).toBe(1);
    });

    it('a new partition has no grants of its own', async () => {
      expect(await as(sql, 'llmproxy_app', 'select from metrics.llm_requests_2025_01')).toBe('ok');
      expect(await as(sql, 'llmproxy_app', 'select from metrics.llm_requests_2025_03')).toBe(refused);
      expect(
        reported(
          'permission/missing',
          /llmproxy_app.*llm_requests_2025_03|llm_requests_2025_03.*llmproxy_app/,
        ).length,
      ).toBeGreaterThan(0);
    });

    it('an INSERT-only role fails on INSERT … RETURNING', async () => {
      const insert = `insert into audit.audit_logs (action, entity_type) values ('login', 'user')`;
      expect(await as(sql, 'llmproxy_audit', insert)).toBe('ok');
      expect(await as(sql, 'llmproxy_audit', `${insert} returning id`)).toBe(refused);
      expect(reported('permission/insert-returning', /llmproxy_audit.*audit\.audit_logs/).length).toBe(1);
    });

    it('the gateway reads other domains through the owner-rights view', async () => {
      await sql`revoke select on auth.users from llmproxy_app`;
      try {
        expect(await as(sql, 'llmproxy_gateway', 'select * from tenants.tenant_overview')).toBe('ok');
      } finally {
        await sql`grant select on auth.users to llmproxy_app`;
      }
      expect(reported('security/owner-rights-view', /tenants\.tenant_overview/).length).toBe(1);
    });

    it('DROP SCHEMA … CASCADE takes another domain’s view with it', async () => {
      const view = sql.begin(async (transaction) => {
        await transaction.unsafe('drop schema auth cascade');
        const [row] = await transaction`select to_regclass('tenants.tenant_overview') as view`;
        throw Object.assign(new Error('over'), { view: row?.['view'] as unknown });
      });
      await expect(view).rejects.toMatchObject({ view: null });
      for (const schema of ['auth', 'apikeys', 'quotas'])
        expect(
          reported('boundary/drop-cascade', new RegExp(`^${schema}: .*tenants.tenant_overview`)).length,
        ).toBe(1);
    });

    it('billing is missing from the migration', () => {
      expect(reported('design/schema-missing', /billing/).length).toBe(1);
    });

    it('config has no grants', async () => {
      await sql`create table config.flags (name text)`;
      try {
        expect(await as(sql, 'llmproxy_app', 'select from config.flags')).toBe(refused);
      } finally {
        await sql`drop table config.flags`;
      }
      expect(reported('permission/missing', /config/).length).toBeGreaterThan(0);
    });

    it('logical references and the view are undeclared', () => {
      const references = findings.filter(({ rule }) => rule === 'boundary/undeclared-reference');
      expect(references.map(({ subject }) => subject).sort((a, b) => (a < b ? -1 : 1))).toEqual([
        'audit.audit_logs.tenant_id',
        'audit.audit_logs.user_id',
        'auth.roles.tenant_id',
        'metrics.llm_requests.api_key_id',
        'metrics.llm_requests.tenant_id',
        'metrics.llm_requests_partitioned.tenant_id',
      ]);
      expect(reported('boundary/view', /tenants\.tenant_overview/).length).toBe(3);
      expect(reported('boundary/foreign-key', /./)).toEqual([]);
    });
  });
});

/** Columns, keys and indexes as lines that can be compared. */
async function shapes(sql: Sql): Promise<string[]> {
  const rows = await sql<{ line: string }[]>`
    select format('column %s.%s %s %s %s', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
      pg_get_expr(d.adbin, d.adrelid)) as line
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where n.nspname = any (${domains}) and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
      and c.relname !~ 'dbctl_migrations'
    union all select format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    from pg_constraint where contype in ('p', 'u', 'f') and conrelid::regclass::text !~ 'dbctl_migrations'
    union all select format('index %s', pg_get_indexdef(i.indexrelid))
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any (${domains}) and c.relname !~ 'dbctl_migrations'`;
  return rows.map(({ line }) => line);
}
