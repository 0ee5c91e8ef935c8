/** What statements state of their locks, scans and rewrites is what a server does: every statement of every case of the corpus, there as plain DDL and back as for tables in use; of a case `…-in-use` the other way round. */
import type { Sql } from 'postgres';
import { expect, it } from 'vitest';
import { usesOf } from '../../src/core/bodies/uses.ts';
import { plan } from '../../src/core/plan/plan.ts';
import type { Statement } from '../../src/core/model/statement.ts';
import type { Connection } from '../../src/db/connect.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { disagreements, readRelations, see, startCounting } from '../../src/db/prove/observe.ts';
import { filled, prepared } from '../support/convergence.ts';
import { corpusCases } from '../support/corpus.ts';
import { describeEachMajor, majors } from '../support/servers.ts';

const nothing = { held: new Map(), scans: new Map() };

describeEachMajor('statements state what they lock and rewrite', (server, major) => {
  for (const [at, { name, before, after, since }] of corpusCases().entries()) {
    // Locks hardly change with the version: each case on one of them, and with DBCTL_SHIFT=1, 2 or 3 on another.
    const able = majors.filter((each) => each >= since);
    if (major !== able[(at + Number(process.env['DBCTL_SHIFT'] ?? 0)) % able.length]) continue;
    it(`${name}: there and back`, async () => {
      const [from, to] = [await loaded(before), await loaded(after)];
      try {
        const [start, goal] = [await introspect(from), await introspect(to)];
        const domainOf = () => 'all';
        const { uses } = await usesOf(goal);
        const inUse = name.endsWith('-in-use');
        const there = plan(start, goal, { domainOf, uses, online: inUse }).flatMap(
          ({ statements }) => statements,
        );
        const wrong = await observed(from, there);
        const back = plan(await introspect(from), start, {
          domainOf,
          uses: (await usesOf(start)).uses,
          online: !inUse,
        }).flatMap(({ statements }) => statements);
        wrong.push(...(await observed(from, back)));
        expect(wrong).toEqual([]);
      } finally {
        for (const { close, address } of [from, to]) {
          await close();
          await server().dropDatabase(address.database);
        }
      }
    });
  }

  async function loaded(sql: string): Promise<Connection> {
    const connection = await filled(await server().createDatabase(), await prepared(server(), sql));
    await connection.sql.unsafe(`set TimeZone = 'UTC'; set check_function_bodies = off`);
    return connection;
  }
});

/** Runs each statement in a transaction of its own. @returns where one does not do what it states. */
async function observed({ sql }: Connection, statements: readonly Statement[]): Promise<string[]> {
  const wrong: string[] = [];
  const known = await readRelations(sql);
  let now = known;
  for (const statement of statements) {
    if (statement.transaction === 'outside') {
      await sql.unsafe(statement.sql);
      continue;
    }
    await sql.unsafe(startCounting);
    const seen = await sql.begin(async (transaction) => {
      await transaction.unsafe(statement.sql);
      return see(transaction as unknown as Sql);
    });
    const still = new Map([...now].filter(([oid]) => known.has(oid)));
    for (const each of disagreements(statement, still, nothing, seen))
      wrong.push(`${statement.sql}\n  ${each}`);
    now = await readRelations(sql);
  }
  return wrong;
}
