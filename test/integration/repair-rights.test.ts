/**
 * `drift` as the roles that there are on managed clouds: whoever only reads finds what a superuser finds; a role with
 * CREATEROLE that owns the database and made its roles repairs what is theirs; and what its rights do not reach is
 * named, statement by statement, before anything is done.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, parseAddress } from '../../src/db/connect.ts';
import { clusterFacts } from '../support/cluster-facts.ts';
import { dumpStatements, pgDump } from '../support/pg-dump.ts';
import { type Workplace, openWorkplace } from '../support/program.ts';
import { type TestServer, startServer, urlOf } from '../support/servers.ts';

const manifest = `
version: 1
name: shop
domains:
  stock:
    owner: shop_owner
    tables:
      items: { columns: { id: bigint primary key, name: text not null } }
      shelves: { columns: { id: bigint primary key, place: text } }
roles:
  shop_owner:
  shop_app: { grants: [{ on: stock, privileges: read-write }] }
  shop_reader: { grants: [{ on: stock.items, privileges: [select] }] }
  shop_login: { login: true, memberOf: [shop_app], settings: { statement_timeout: 30s } }
`;

describe.each([15, 18] as const)('PostgreSQL %i', (major) => {
  let server: TestServer;
  let start: string[];
  const places: Record<'superuser' | 'cloud' | 'auditor', Workplace> = {} as never;

  const url = (user: string) => urlOf({ ...server.address, user, password: 'known', database: 'shop' });
  const everything = async () => [
    ...dumpStatements(await pgDump({ ...server.address, database: 'shop' }, ['--schema-only']), {
      sorted: true,
    }),
    ...(await clusterFacts({ ...server.address, database: 'shop' })),
  ];
  async function run(text: string, as = server.url('shop')): Promise<void> {
    const connection = await connect(parseAddress(as));
    try {
      for (const statement of text.split(';\n')) await connection.sql.unsafe(statement);
    } finally {
      await connection.close();
    }
  }
  interface Report {
    readonly findings: readonly { rule: string; subject: string; fingerprint: string }[];
  }
  async function findings(who: keyof typeof places): Promise<Report['findings']> {
    const { out, log } = await places[who].dbctl('drift', '--json');
    if (out === '') throw new Error(log);
    return (JSON.parse(out) as Report).findings;
  }

  beforeAll(async () => {
    server = await startServer(major);
    await run(
      `create role cloud login createrole createdb password 'known';
create role auditor login password 'known';
grant pg_read_all_data to auditor, cloud;
create database shop owner cloud`,
      server.url(),
    );
    places.superuser = await openWorkplace({ DATABASE_URL: server.url('shop') });
    places.cloud = await openWorkplace({ DATABASE_URL: url('cloud') });
    places.auditor = await openWorkplace({ DATABASE_URL: url('auditor') });
    const members = (verb: string) =>
      ['shop_owner', 'shop_app', 'shop_reader', 'shop_login']
        .map((role) => verb.replace('%', role))
        .join(';\n');
    await run(members('create role %'), url('cloud'));
    await places.cloud.write({ 'dbctl.yaml': manifest });
    await places.cloud.succeed('generate', 'first', '--version-stamp', '20260101000000000');
    // To give its objects away it must be a member of their owner while it migrates, and is told so.
    const refused = await places.cloud.dbctl('migrate');
    const [help] = /GRANT shop_owner TO cloud/.exec(refused.log) ?? [];
    if (refused.status !== 3 || help === undefined) throw new Error(refused.log);
    await run(help, url('cloud'));
    await places.cloud.succeed('migrate');
    await run('revoke shop_owner from cloud', url('cloud'));
    for (const who of ['superuser', 'auditor'] as const) {
      await places[who].write({ 'dbctl.yaml': manifest });
      await places[who].succeed('generate', 'first', '--version-stamp', '20260101000000000');
    }
    start = await everything();
  });
  afterAll(async () => {
    await server?.stop();
    for (const place of Object.values(places)) await place.remove();
  });

  it('none is found by anybody in what it has made', async () => {
    expect(await findings('cloud')).toEqual([]);
    expect(await findings('auditor')).toEqual([]);
  });

  it('who applies the migrations may stay in the owner’s group; what else it gave itself is taken, its creator’s own row is left', async () => {
    const own = major >= 16 ? ' granted by cloud' : '';
    await run('grant shop_owner to cloud', url('cloud'));
    expect(await findings('cloud')).toEqual([]);
    expect(await findings('auditor')).toEqual([]);
    await run('grant shop_app to cloud', url('cloud'));
    expect((await findings('auditor')).map(({ rule, subject }) => `${rule} ${subject}`)).toEqual([
      'permission/membership cloud',
    ]);
    const { status, log } = await places.cloud.dbctl('drift', '--fix');
    expect(status, log).toBe(0);
    expect(await findings('superuser')).toEqual([]);
    await run(`revoke shop_owner from cloud${own}`, url('cloud'));
    expect(await everything()).toEqual(start);
  });

  it('who only reads finds what a superuser finds; who made the roles repairs it', async () => {
    await run(`grant delete on stock.items to shop_reader;
alter default privileges for role shop_owner in schema stock grant select on tables to shop_reader;
alter table stock.shelves owner to shop_app;
revoke shop_app from shop_login${major >= 16 ? ' granted by cloud' : ''};
alter role shop_login set statement_timeout = 0;
alter database shop set work_mem = '8MB'`);
    const found = await findings('superuser');
    expect(found.map(({ rule, subject }) => `${rule} ${subject}`).sort()).toEqual([
      'drift/setting database',
      'permission/membership shop_login',
      'permission/owner stock.shelves',
      'permission/role-attribute shop_login',
      'permission/unexpected stock',
      'permission/unexpected stock.items',
    ]);
    const fingerprints = (all: typeof found) => all.map(({ fingerprint }) => fingerprint);
    expect(fingerprints(await findings('auditor'))).toEqual(fingerprints(found));
    const { status, log, out } = await places.cloud.dbctl('drift', '--fix');
    expect(status, `${log}\n${out}`).toBe(0);
    expect(log).toContain('shop_owner');
    expect(await everything()).toEqual(start);
  });

  it('what its rights do not reach is named, and nothing is done', async () => {
    await run(`grant delete on stock.items to shop_reader;
alter table stock.shelves owner to postgres;
grant set on parameter log_statement to shop_app;
alter role shop_login set log_min_messages = 'error';
alter role shop_reader superuser;
alter default privileges for role postgres in schema stock grant select on tables to shop_reader`);
    const before = await everything();
    const { status, log } = await places.cloud.dbctl('drift', '--fix');
    expect(status, log).toBe(3);
    expect(log).toContain('nothing was repaired');
    expect(log).toMatch(
      /cloud needs ownership of table shelves for: ALTER TABLE stock.shelves OWNER TO shop_owner/,
    );
    expect(log).toMatch(/cloud needs the grant option for SET on PARAMETER log_statement.* for: REVOKE SET/);
    expect(log).toContain('cloud needs SET on parameter log_min_messages for: ALTER ROLE shop_login RESET');
    expect(log).toMatch(
      /cloud needs membership in (role )?postgres for: ALTER DEFAULT PRIVILEGES FOR ROLE postgres/,
    );
    expect(await everything()).toEqual(before);

    const auditor = await places.auditor.dbctl('drift', '--fix');
    expect(auditor.status, auditor.log).toBe(3);
    expect(auditor.log).toMatch(
      /auditor needs the grant option for DELETE on TABLE stock.items, or membership in its owner/,
    );
    expect(await everything()).toEqual(before);

    expect((await places.superuser.dbctl('drift', '--fix')).status).toBe(0);
    expect(await everything()).toEqual(start);
  });
});

it('of two databases none is repaired, if one of them cannot be', async () => {
  const server = await startServer(18);
  const urls = (user: string) => ({
    FIRST: urlOf({ ...server.address, user, password: 'known', database: 'first' }),
    SECOND: urlOf({ ...server.address, user, password: 'known', database: 'second' }),
  });
  const places: Workplace[] = [];
  const placeOf = async (env: Record<string, string>) => {
    const place = await openWorkplace(env);
    places.push(place);
    await place.write({
      'dbctl.yaml': `
version: 1
name: two
databases: { main: { url: "\${FIRST}" }, other: { url: "\${SECOND}" } }
domains:
  one: { owner: one_owner, tables: { t: { columns: { id: bigint primary key } } } }
  two: { owner: two_owner, database: other, tables: { t: { columns: { id: bigint primary key } } } }
roles: { one_owner: , two_owner: }
unmanaged: { roles: [half] }
`,
    });
    await place.succeed('generate', 'first', '--version-stamp', '20260101000000000');
    return place;
  };
  const run = async (database: string, text: string) => {
    const connection = await connect(parseAddress(server.url(database)));
    try {
      await connection.sql.unsafe(text);
    } finally {
      await connection.close();
    }
  };
  try {
    for (const name of ['first', 'second']) await server.createDatabase(name);
    const boss = await placeOf({ FIRST: server.url('first'), SECOND: server.url('second') });
    await boss.succeed('migrate');
    await run('first', `create role half login password 'known'; grant one_owner, pg_read_all_data to half`);
    await run('first', 'grant select on one.t to public');
    await run('second', 'grant select on two.t to public');
    const half = await placeOf(urls('half'));
    const { status, log } = await half.dbctl('drift', '--fix');
    expect(status, log).toBe(3);
    expect(log).toContain('half needs the grant option for SELECT on TABLE two.t');
    const left = JSON.parse((await boss.dbctl('drift', '--json')).out) as { findings: { subject: string }[] };
    expect(left.findings.map(({ subject }) => subject).sort()).toEqual(['one.t', 'two.t']);
    expect((await boss.dbctl('drift', '--fix')).status).toBe(0);
  } finally {
    await server.stop();
    for (const place of places) await place.remove();
  }
});
