/** Each fault planted is found once, by its name; and the SQL that the finding carries, run as it is, makes it go. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../src/core/manifest/manifest.ts';
import type { Finding } from '../../src/core/model/finding.ts';
import { liveRules } from '../../src/core/rules/index.ts';
import { liveInput } from '../../src/core/rules/input.ts';
import { runRules } from '../../src/core/rules/run.ts';
import { connect, type Connection } from '../../src/db/connect.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { openShadow, type Shadow } from '../../src/db/shadow.ts';
import { manifestOf } from '../support/manifest.ts';

const manifest = manifestOf({
  domains: {
    tenants: { owner: 'boss' },
    auth: { owner: 'boss' },
    metrics: {
      owner: 'boss',
      partitions: [
        {
          table: 'requests',
          by: 'at',
          every: { count: 1, unit: 'month' },
          premake: 0,
          name: 'requests_{yyyy}_{mm}',
          timezone: 'UTC',
          default: false,
          grants: 'parent',
          path: ['domains', 'metrics', 'partitions', 'requests'],
        },
      ],
    },
    audit: { owner: 'boss' },
    config: { owner: 'boss' },
  },
  roles: {
    boss: {},
    app: {
      grants: [
        ['tenants', 'read-write'],
        ['auth', 'read-write'],
        ['metrics', 'select', 'insert'],
        ['config', 'read'],
      ],
    },
    reporting: { grants: [['metrics', 'read']] },
    trail: {
      grants: [
        ['audit', 'append'],
        ['audit.logs(id)', 'select'],
      ],
    },
    gateway: {
      login: true,
      memberOf: ['app', 'trail'],
      settings: { statement_timeout: '30s' },
      connectionLimit: 50,
    },
    reporter: { login: true, memberOf: ['reporting'] },
  },
});

const tables = `
  create schema tenants; create schema auth; create schema metrics; create schema audit; create schema config;
  create table tenants.tenants (id serial primary key, name text);
  create table auth.users (id int generated always as identity primary key, email text, password text);
  create table auth.roles (id int primary key);
  create table auth.user_roles (user_id int, role_id int);
  create table metrics.requests (id int, at timestamptz not null) partition by range (at);
  create table metrics.requests_2025_06 partition of metrics.requests
    for values from ('2025-06-01 00:00:00+00') to ('2025-07-01 00:00:00+00');
  create table metrics.totals (id int);
  create table audit.logs (id int, what text);
  create table config.flags (name text);`;

/** The shadow's database has any name. */
function onDatabase(...statements: readonly string[]): string {
  const run = statements.map((sql) => `execute format('${sql}', current_database());`);
  return `do $$ begin ${run.join(' ')} end $$`;
}

interface Case {
  readonly what: string;
  readonly sql: string;
  /** `rule subject`, sorted. */
  readonly finds: readonly string[];
  /** What the advice of each speaks of. */
  readonly helps?: string;
  /** What the fix does not make undone. */
  readonly after?: string;
  readonly from?: number;
  readonly manifest?: Manifest;
}
const with_ = (change: Partial<Manifest>): Manifest => ({ ...manifest, ...change });

const cases: readonly Case[] = [
  {
    what: 'a stray GRANT',
    sql: 'grant delete on auth.users to reporting',
    finds: ['permission/unexpected auth.users'],
  },
  {
    what: 'GRANT … ON ALL TABLES with the USAGE that it needs',
    sql: 'grant usage on schema auth to reporting; grant select on all tables in schema auth to reporting',
    finds: ['permission/unexpected auth'],
  },
  {
    what: 'two unrelated GRANTs',
    sql: 'grant delete on auth.users to reporting; grant update on auth.roles to reporting',
    finds: ['permission/unexpected auth.roles', 'permission/unexpected auth.users'],
  },
  {
    what: 'a GRANT on one column',
    sql: 'grant select (password) on auth.users to reporting',
    finds: ['permission/unexpected auth.users'],
  },
  {
    what: 'a GRANT to PUBLIC',
    sql: 'grant select on config.flags to public',
    finds: ['permission/unexpected config.flags'],
  },
  {
    what: 'a GRANT to a role that nobody declared',
    sql: 'create role intruder; grant select on auth.users to intruder',
    finds: ['permission/unexpected auth.users'],
    helps: 'dbctl roles remove intruder.',
    after: 'drop role intruder',
  },
  {
    what: 'a GRANT to a role that nobody declared, which is to be ignored',
    sql: 'create role intruder; grant select on auth.users to intruder',
    finds: [],
    after: 'drop owned by intruder; drop role intruder',
    manifest: with_({ unmanaged: { ...manifest.unmanaged, otherRoles: 'ignore' } }),
  },
  {
    what: 'a grant option',
    sql: 'grant select on auth.users to app with grant option',
    finds: ['permission/unexpected auth.users'],
  },
  {
    what: 'a privilege passed on by a holder of the grant option',
    sql: `grant delete on audit.logs to app with grant option; grant usage on schema audit to app;
      set role app; grant delete on audit.logs to reporting; reset role`,
    // What was passed on comes of the one, and goes with it.
    finds: ['permission/unexpected audit.logs'],
  },
  {
    what: 'CREATE on a schema',
    sql: 'grant create on schema auth to app',
    finds: ['permission/unexpected auth'],
  },
  {
    what: 'default privileges for somebody else',
    sql: 'alter default privileges for role boss in schema auth grant select on tables to reporting',
    finds: ['permission/unexpected auth'],
  },
  {
    what: 'default privileges for every schema, of one who owns none and may create in one',
    sql: 'alter default privileges for role postgres grant select on tables to public',
    finds: ['permission/unexpected database'],
  },
  {
    what: 'default privileges for every schema, of one who may create in none',
    sql: 'create role elsewhere; alter default privileges for role elsewhere grant select on tables to public',
    finds: [],
    after: 'drop owned by elsewhere; drop role elsewhere',
  },
  {
    what: 'default privileges of another role that are as declared',
    sql: 'alter default privileges in schema auth grant select on tables to app',
    finds: [],
    after: 'alter default privileges in schema auth revoke select on tables from app',
  },
  {
    what: 'one privilege less',
    sql: 'revoke update on auth.users from app',
    finds: ['permission/missing auth.users'],
  },
  {
    what: 'a privilege less on several tables of a domain',
    sql: 'revoke update on all tables in schema auth from app',
    finds: ['permission/missing auth'],
  },
  {
    what: 'a whole grant less',
    sql: 'revoke all on all tables in schema metrics from reporting; revoke usage on schema metrics from reporting',
    finds: ['permission/missing metrics'],
  },
  {
    what: 'USAGE less',
    sql: 'revoke usage on schema auth from app',
    finds: ['permission/missing auth'],
  },
  {
    what: 'the sequence of a serial column less',
    sql: 'revoke usage on sequence tenants.tenants_id_seq from app',
    finds: ['permission/missing tenants.tenants_id_seq'],
  },
  {
    what: 'default privileges less',
    sql: 'alter default privileges for role boss in schema auth revoke update on tables from app',
    finds: ['permission/missing auth'],
  },
  {
    what: 'a table made by somebody else, after the grants',
    sql: 'create table auth.sessions (id int)',
    finds: ['permission/missing auth.sessions', 'permission/owner auth.sessions'],
    after: 'drop table auth.sessions',
  },
  {
    what: 'a table made by the owner, granted by default privileges',
    sql: 'set role boss; create table auth.sessions (id serial, n int generated always as identity); reset role',
    finds: [],
    after: 'drop table auth.sessions',
  },
  {
    what: 'a partition without grants of its own',
    sql: `create table metrics.requests_2025_07 partition of metrics.requests
        for values from ('2025-07-01 00:00:00+00') to ('2025-08-01 00:00:00+00');
      alter table metrics.requests_2025_07 owner to boss`,
    finds: ['permission/missing metrics.requests_2025_07'],
    after: 'drop table metrics.requests_2025_07',
  },
  {
    what: 'two of them',
    sql: `create table metrics.requests_2025_07 partition of metrics.requests
        for values from ('2025-07-01 00:00:00+00') to ('2025-08-01 00:00:00+00');
      create table metrics.requests_2025_08 partition of metrics.requests
        for values from ('2025-08-01 00:00:00+00') to ('2025-09-01 00:00:00+00');
      alter table metrics.requests_2025_07 owner to boss; alter table metrics.requests_2025_08 owner to boss`,
    finds: ['permission/missing metrics.requests'],
    after: 'drop table metrics.requests_2025_07, metrics.requests_2025_08',
  },
  {
    what: 'a table of another owner',
    sql: 'alter table auth.users owner to postgres',
    finds: ['permission/owner auth.users'],
  },
  {
    what: 'a schema and a serial table of another owner',
    sql: 'alter schema tenants owner to postgres; alter table tenants.tenants owner to postgres',
    finds: ['permission/owner tenants'],
  },
  { what: 'a membership less', sql: 'revoke trail from gateway', finds: ['permission/membership gateway'] },
  { what: 'a membership more', sql: 'grant app to reporter', finds: ['permission/membership reporter'] },
  {
    what: 'a stranger in a group',
    sql: 'create role intruder login in role app',
    finds: ['permission/membership intruder'],
    helps: 'dbctl roles remove intruder.',
    after: 'drop role intruder',
  },
  {
    what: 'a member that may add others',
    sql: 'grant app to gateway with admin option',
    finds: ['permission/membership gateway'],
  },
  {
    what: 'a membership granted by another administrator',
    sql: `grant app to gateway with admin option; grant app to reporter granted by gateway`,
    finds: ['permission/membership gateway', 'permission/membership reporter'],
    from: 160000,
  },
  {
    what: 'a group that nobody declared',
    sql: 'grant pg_read_all_data to reporter',
    finds: ['permission/membership reporter'],
  },
  {
    what: 'CONNECT less for everybody',
    sql: onDatabase('revoke connect on database %I from public'),
    finds: ['permission/cannot-connect database'],
    after: onDatabase(
      'grant connect on database %I to public',
      'revoke connect on database %I from gateway, reporter',
    ),
  },
  {
    what: 'CONNECT for groups, not for everybody',
    sql: onDatabase(
      'revoke connect on database %I from public',
      'grant connect on database %I to app, reporting',
    ),
    finds: [],
    after: onDatabase(
      'grant connect on database %I to public',
      'revoke connect on database %I from app, reporting',
    ),
  },
  {
    what: 'CONNECT by a group that nobody declared',
    sql: `create role door role gateway, reporter;
      ${onDatabase('revoke connect on database %I from public', 'grant connect on database %I to door')}`,
    // Both at once: who is let out of the group is not locked out.
    finds: [
      'permission/cannot-connect database',
      'permission/membership gateway',
      'permission/membership reporter',
    ],
    after: `${onDatabase(
      'grant connect on database %I to public',
      'revoke connect on database %I from gateway, reporter, door',
    )}; drop role door`,
  },
  {
    what: 'a login less, where not everybody may connect',
    sql: `drop role reporter; ${onDatabase('revoke connect on database %I from public', 'grant connect on database %I to gateway')}`,
    finds: ['permission/role-missing reporter'],
    after: onDatabase(
      'grant connect on database %I to public',
      'revoke connect on database %I from gateway, reporter',
    ),
  },
  {
    what: 'a database of somebody who has nothing to do with it',
    sql: `create role intruder; ${onDatabase('alter database %I owner to intruder')}`,
    finds: ['permission/undeclared-owner database'],
    after: `${onDatabase('alter database %I owner to postgres')}; drop role intruder`,
  },
  {
    what: 'a database of a declared role that owns no domain in it',
    sql: onDatabase('alter database %I owner to app'),
    finds: ['permission/undeclared-owner database'],
    after: onDatabase('alter database %I owner to postgres'),
  },
  {
    what: 'a database of an owner of domains',
    sql: onDatabase('alter database %I owner to boss'),
    finds: [],
    after: onDatabase('alter database %I owner to postgres'),
  },
  {
    what: 'large objects of a declared role and of a stranger',
    sql: `create role intruder; select lo_create(1), lo_create(2);
      alter large object 1 owner to app; alter large object 2 owner to intruder`,
    finds: ['permission/undeclared-owner database'],
    after: 'select lo_unlink(1), lo_unlink(2); drop role intruder',
  },
  {
    what: 'a partition’s grant option that its parent’s grant has not',
    sql: 'grant select on metrics.requests_2025_06 to app with grant option',
    finds: ['permission/unexpected metrics.requests_2025_06'],
  },
  { what: 'SUPERUSER', sql: 'alter role gateway superuser', finds: ['permission/role-attribute gateway'] },
  {
    what: 'a connection limit',
    sql: 'alter role gateway connection limit 5',
    finds: ['permission/role-attribute gateway'],
  },
  {
    what: 'a date of expiry',
    sql: `alter role gateway valid until '2026-01-01 00:00+00'`,
    finds: ['permission/role-attribute gateway'],
  },
  {
    what: 'another setting',
    sql: `alter role gateway set statement_timeout = '1h'; alter role gateway set work_mem = '1GB'`,
    finds: ['permission/role-attribute gateway', 'permission/role-attribute gateway'],
  },
  {
    what: 'a role less',
    sql: 'drop owned by reporting; drop role reporting',
    finds: ['permission/role-missing reporting'],
  },
  {
    what: 'a login and its group less',
    sql: 'drop owned by reporting; drop role reporting, reporter',
    finds: ['permission/role-missing reporter', 'permission/role-missing reporting'],
  },
  {
    what: 'a schema less',
    sql: 'drop schema config cascade',
    finds: ['design/schema-missing config'],
    after: `create table config.flags (name text); alter table config.flags owner to boss;
      grant usage on schema config to app; grant select on config.flags to app;
      alter default privileges for role boss in schema config grant select on tables to app`,
  },
  {
    what: 'a view that lets others read over the fence',
    sql: `create view metrics.who as select email from auth.users; alter view metrics.who owner to boss;
      grant select on metrics.who to reporting; grant select, insert on metrics.who to app`,
    finds: ['security/owner-rights-view metrics.who'],
    after: 'drop view metrics.who',
  },
  {
    what: 'a view with the rights of its reader',
    sql: `create view metrics.who with (security_invoker) as select email from auth.users; alter view metrics.who owner to boss;
      grant select on metrics.who to reporting; grant select, insert on metrics.who to app`,
    finds: [],
    after: 'drop view metrics.who',
  },
  {
    what: 'privileges without USAGE on the schema',
    sql: `alter schema audit owner to postgres; alter table audit.logs owner to postgres;
      grant all on audit.logs to boss; revoke usage on schema audit from boss`,
    finds: ['permission/owner audit', 'permission/unusable-grant audit'],
  },
  {
    what: 'INSERT with nothing to return',
    sql: 'revoke select (id) on audit.logs from trail',
    finds: ['permission/insert-returning audit.logs', 'permission/missing audit.logs'],
  },
  {
    what: 'a domain that nobody may use',
    sql: 'create schema billing authorization boss; create table billing.invoices (id int); alter table billing.invoices owner to boss',
    finds: ['permission/unreachable-domain billing'],
    after: 'drop schema billing cascade',
    manifest: with_({
      domains: new Map([
        ...manifest.domains,
        ['billing', { ...manifest.domains.get('config')!, name: 'billing', schema: 'billing' }],
      ]),
    }),
  },
  {
    what: 'a grant on a table that is not there',
    sql: 'select 1',
    finds: ['permission/object-missing auth.userz'],
    manifest: with_({
      roles: new Map([
        ...manifest.roles,
        [
          'reporting',
          {
            ...manifest.roles.get('reporting')!,
            grants: [
              ...manifest.roles.get('reporting')!.grants,
              {
                targets: [{ kind: 'table', domain: 'auth', table: 'userz' }],
                privileges: ['select'],
                future: false,
                grantOption: false,
                exact: false,
                path: ['roles', 'reporting', 'grants', 1],
              },
            ],
          },
        ],
      ]),
    }),
  },
];
/** Nothing that SQL mends: the manifest, or the application, is to change. */
const withoutFix = new Set([
  'permission/insert-returning',
  'permission/unreachable-domain',
  'permission/object-missing',
  'permission/undeclared-owner',
]);

describe.each([15, 18] as const)('permission rules on PostgreSQL %i', (major) => {
  let shadow: Shadow;
  let connection: Connection;
  beforeAll(async () => {
    shadow = await openShadow({ major });
    connection = await connect(shadow.address);
  });
  afterAll(async () => {
    await connection?.close();
    await shadow?.close();
  });

  const groups = new Set(['permission', 'design', 'security']);
  const rules = liveRules.filter(({ name }) => groups.has(name.split('/')[0]!));
  async function findings(against: Manifest = manifest): Promise<Finding[]> {
    const live = await introspect(connection);
    const input = liveInput({
      manifest: against,
      database: 'main',
      live,
      uses: { uses: [], unknown: [] },
      now: new Date('2025-06-15T12:00:00Z'),
    });
    return runRules(rules, input, against.lint, '2025-06-15');
  }
  const named = (found: readonly Finding[]) => found.map(({ rule, subject }) => `${rule} ${subject}`).sort();
  async function mend(found: readonly Finding[]): Promise<void> {
    for (const { fix } of found) for (const statement of fix) await connection.sql.unsafe(statement);
  }

  it('a database without roles and grants is mended by the findings alone', async () => {
    await connection.sql.unsafe(tables);
    const found = await findings();
    expect(named(found).filter((name) => name.startsWith('permission/role-missing'))).toHaveLength(
      manifest.roles.size,
    );
    expect(named(found).every((name) => /role-missing|unreachable/.test(name))).toBe(true);
    await mend(found);
    expect(named(await findings())).toEqual([]);
  });

  // A case that fails must not take the others with it.
  afterEach(async () => {
    await connection.sql.unsafe('reset role');
  });

  it.each(cases)('$what', async ({ sql, finds, helps, after, from, manifest: against }) => {
    if (shadow.serverVersion < (from ?? 0)) return;
    await connection.sql.unsafe(sql);
    const found = await findings(against);
    expect(named(found)).toEqual(finds);
    expect(found.filter(({ help }) => !/^[A-Z][a-z]+ /.test(help))).toEqual([]);
    for (const { help } of found) expect(help).toContain(helps ?? '');
    for (const { rule, fix } of found) expect(fix.length > 0).toBe(!withoutFix.has(rule));
    await mend(found);
    const gone = new Set(found.map(({ fingerprint }) => fingerprint));
    const left = (await findings(against)).filter(
      ({ fingerprint, rule }) =>
        gone.has(fingerprint) && (rule === 'permission/insert-returning' || !withoutFix.has(rule)),
    );
    expect(named(left)).toEqual([]);
    if (after !== undefined) await connection.sql.unsafe(after);
    expect(named(await findings())).toEqual([]);
  });
});
