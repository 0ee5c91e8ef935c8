/** The same SQL on servers of different majors: its catalogs are equal in the words of either. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acrossMajors } from '../../src/core/compare/majors.ts';
import { oldestSupported, portable } from '../../src/core/compare/portable.ts';
import { diff } from '../../src/core/diff/diff.ts';
import type { Catalog } from '../../src/core/model/catalog.ts';
import { migrations } from '../../src/core/plan/migrations.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { filled, prepared } from '../support/convergence.ts';
import { corpusCases } from '../support/corpus.ts';
import { type TestServer, startServer } from '../support/servers.ts';

const cases = corpusCases();
const more = `
create table t (a int, b text); create table u (a int);
create view one as select a, b || 'x' as c from t where a > (select max(u.a) from u where u.a = t.a);
create view two as select t.a, u.a as other from t, u;
create view three as select a from t union select a from u order by a;
create view four as with w as (select a from t) select a from w x group by a having count(*) > 1;
create view five as select g, t.* from generate_series(1, 2) g left join t on t.a = g;
create materialized view six as select * from t;
`;

describe.each([15, 17] as const)('PostgreSQL %i and 18', (older) => {
  let servers: readonly TestServer[];
  beforeAll(async () => {
    servers = await Promise.all([startServer(older), startServer(18)]);
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
  });

  async function read(server: TestServer, sql: string): Promise<Catalog> {
    const connection = await filled(await server.createDatabase(), sql);
    try {
      return await introspect(connection);
    } finally {
      await connection.close();
      await server.dropDatabase(connection.address.database);
    }
  }
  const catalogs = (sql: string) => Promise.all(servers.map((server) => read(server, sql)));

  it('views of many shapes, and the cases of views', async () => {
    const views = cases.filter(({ name }) => /^(materialized-)?view--/.test(name));
    expect(views.length).toBeGreaterThan(5);
    const texts = views.map(({ after }) => after).filter((text) => !/create role/i.test(text));
    for (const sql of [more, ...texts]) {
      const [one, other] = (await catalogs(sql)) as [Catalog, Catalog];
      expect(diff(...(await acrossMajors(one, other))), sql).toEqual([]);
      expect(diff(...(await acrossMajors(other, one))), sql).toEqual([]);
    }
  });

  const all = (of: string) => `create role corpus_all; create table t (a int, b text); create table u (a int);
    grant all on ${of} to corpus_all; grant select (a), update (b) on t to corpus_all;
    alter default privileges for role corpus_all grant all on tables to public;`;
  it.each<[what: string, which: { before: string; after: string } | string]>([
    ['operators', 'operator--in-place'],
    ['all privileges, on columns besides', { before: '', after: all('t') }],
    ['from some privileges to others', { before: all('t'), after: all('u') }],
  ])('a migration that is planned on 18 runs on the older one, there and back: %s', async (_what, which) => {
    const of = typeof which === 'string' ? cases.find(({ name }) => name === which)! : which;
    const [before, after] = await Promise.all(
      [of.before, of.after].map((sql) => prepared(servers[0]!, `create role corpus_all;${sql}`)),
    );
    const [start, from] = (await catalogs(before!)) as [Catalog, Catalog];
    const [goal, to] = (await catalogs(after!)) as [Catalog, Catalog];
    const options = { domainOf: () => 'all', oldestServer: oldestSupported };
    const steps = migrations(...portable(from, to), options, new Date(0), new Map());
    const on = await filled(await servers[0]!.createDatabase(), before!);
    try {
      for (const { draft } of steps) for (const { sql } of draft.up) await on.sql.unsafe(sql);
      expect(diff(await introspect(on), goal)).toEqual([]);
      for (const { draft } of steps.toReversed()) for (const { sql } of draft.down) await on.sql.unsafe(sql);
      expect(diff(await introspect(on), start)).toEqual([]);
    } finally {
      await on.close();
    }
  });

  it('what differs still differs', async () => {
    const [one] = (await catalogs(more)) as [Catalog, Catalog];
    for (const [from, to] of [
      ['a, b || ', 'b, a || '],
      ['u.a = t.a', 'u.a = 1'],
      ['select t.a, u.a', 'select u.a, t.a'],
      ['from w x', 'from t x'],
    ] as const) {
      const [, other] = (await catalogs(more.replace(from, to).replace('b, a ||', `b, a::text ||`))) as [
        Catalog,
        Catalog,
      ];
      expect(diff(...(await acrossMajors(one, other))), to).not.toEqual([]);
    }
  });
});
