/** Snapshots of all databases of a manifest: the same bytes for the same state, kept in files and in the databases. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { reportErrors } from '../support/report.ts';
import { openWorkplace } from '../support/program.ts';
import { describeEachMajor } from '../support/servers.ts';

const manifest = `
version: 1
name: shop
databases: { main: { url: "\${FIRST}" }, store: { url: "\${SECOND}" } }
domains: { shop: {}, lager: { database: store } }
`;

describeEachMajor('snapshots', (server) => {
  it('are the same for the same state, and tell what changed', async () => {
    const [first, second] = [await server().createDatabase(), await server().createDatabase()];
    const [one, two] = [await connect(first), await connect(second)];
    const place = await openWorkplace({
      FIRST: server().url(first.database),
      SECOND: server().url(second.database),
    });
    const json = async (...args: string[]) => {
      const { out, log, status } = await place.dbctl(...args);
      if (out === '') throw new Error(log);
      return { status, report: JSON.parse(out) as Record<string, unknown> };
    };
    const file = async (name: string) => readFile(join(place.folder, name), 'utf8');
    const stored = async () => {
      const { report } = await json('audit', 'snapshot', '--store');
      expect(reportErrors(report)).toEqual([]);
      return report['databases'] as { database: string; hash: string; isNew: boolean }[];
    };
    try {
      await one.sql.unsafe(
        'create role ann; create role boss; create schema shop authorization boss; create table shop.orders (id int)',
      );
      await two.sql.unsafe('create schema lager; create table lager.items (id int)');
      await place.write({ 'dbctl.yaml': manifest });
      await place.succeed('audit', 'snapshot', '--output', 'a.json');
      await place.succeed('audit', 'snapshot', '--output', 'b.json');
      expect(await file('b.json')).toBe(await file('a.json'));

      const before = await stored();
      expect(before.map(({ database, isNew }) => [database, isNew])).toEqual([
        ['main', true],
        ['store', true],
      ]);
      // That they keep it is no part of what they are like.
      await place.succeed('audit', 'snapshot', '--output', 'b.json');
      expect(await file('b.json')).toBe(await file('a.json'));
      expect((await stored()).map(({ isNew }) => isNew)).toEqual([false, false]);
      expect((await place.dbctl('audit', 'diff', 'a.json', 'live')).status).toBe(0);
      expect((await place.dbctl('audit', 'diff', 'stored:latest', 'a.json')).status).toBe(0);

      await two.sql.unsafe(
        `grant select on lager.items to ann; grant boss to ann;
         alter default privileges for role boss grant select on tables to ann; alter table lager.items owner to boss`,
      );
      const { status, report } = await json('audit', 'diff', 'stored:latest', 'live', '--json');
      expect(status).toBe(1);
      expect(reportErrors(report)).toEqual([]);
      expect(report['gained']).toContainEqual(
        expect.objectContaining({
          database: 'store',
          role: 'ann',
          object: 'lager.items',
          privilege: 'select',
        }),
      );
      const facts = (report['facts'] as { database: string; fact: string }[]).map(
        ({ database, fact }) => `${database}: ${fact}`,
      );
      expect(facts).toEqual(
        expect.arrayContaining([
          'store: membership of ann in boss',
          'store: select on tables that boss makes to ann',
          'store: owner of lager.items',
        ]),
      );
      const after = await stored();
      expect(after.map(({ isNew }) => isNew)).toEqual([true, true]);
      expect(after[1]!.hash).not.toBe(before[1]!.hash);
      const [old, now] = [before, after].map((all) => all[1]!.hash.slice(0, 12));
      const between = ['audit', 'diff', `stored:${old!}`, `stored:${now!}`, '--domain', 'lager'];
      expect((await place.dbctl(...between)).out).toContain('ann gains select on lager.items');
      const missing = await place.dbctl('audit', 'diff', 'stored:ffff', 'live');
      expect(missing.status).toBe(2);
      expect(missing.log).toContain(`stored:${after[0]!.hash.slice(0, 12)}`);
    } finally {
      await place.remove();
      await Promise.all([one.close(), two.close()]);
      for (const { database } of [first, second]) await server().dropDatabase(database);
      const admin = await connect(server().address);
      await admin.sql.unsafe('drop role ann; drop role boss');
      await admin.close();
    }
  });
});
