/** Subscriptions converge both ways, without a publisher; no password of theirs gets into a catalog. */
import { expect, it } from 'vitest';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { loadInAnyOrder } from '../../src/db/load.ts';
import { convergeFromTo, filled } from '../support/convergence.ts';
import { describeEachMajor } from '../support/servers.ts';

const one = `create subscription far connection 'host=far.example dbname=shop' publication p, "Q" with (connect = false);
comment on subscription far is 'from far';`;

describeEachMajor('subscriptions', (server, major) => {
  const other = `create subscription far connection 'host=near.example dbname=shop' publication p
    with (connect = false, slot_name = none, binary = true, streaming = ${major >= 16 ? 'parallel' : 'on'}, disable_on_error = true, synchronous_commit = local
      ${major >= 16 ? ', origin = none, run_as_owner = true' : ''}${major >= 17 ? ', failover = true' : ''});`;

  async function between(before: string, after: string): Promise<string[]> {
    const sides = [];
    try {
      for (const sql of [before, after]) sides.push(await filled(await server().createDatabase(), sql));
      return await convergeFromTo(sides[0]!, sides[1]!);
    } finally {
      for (const { sql, address, close } of sides) {
        const left = await sql<{ name: string }[]>`
          select quote_ident(subname) as name from pg_subscription s join pg_database d on d.oid = subdbid
          where datname = current_database()`;
        for (const { name } of left) {
          await sql.unsafe(`alter subscription ${name} disable`);
          await sql.unsafe(`alter subscription ${name} set (slot_name = none)`);
          await sql.unsafe(`drop subscription ${name}`);
        }
        await close();
        await server().dropDatabase(address.database);
      }
    }
  }

  it('are made, changed and dropped', async () => {
    expect(await between('', one)).not.toEqual([]);
    expect(await between(one, '')).not.toEqual([]);
    expect(await between(one, other)).not.toEqual([]);
    expect(await between(other, one)).not.toEqual([]);
  });

  it('with a password: it stays on the server, and an equal one without it is equal', async () => {
    const withPassword = one
      .replace('host=', `password=''it\\''s a secret'' host=`)
      .replace('dbname=shop', 'dbname=shop password=secret');
    const connection = await filled(await server().createDatabase(), withPassword);
    const plain = await filled(await server().createDatabase(), one);
    try {
      const [read, wanted] = [await introspect(connection), await introspect(plain)];
      expect(JSON.stringify([...read.entries.values()])).not.toContain('secret');
      const far = (catalog: typeof read) =>
        [...catalog.entries.values()].find(({ id }) => id.kind === 'subscription');
      expect(far(read)?.attrs).toEqual(far(wanted)?.attrs);
    } finally {
      for (const { sql, close } of [connection, plain]) {
        await sql.unsafe('alter subscription far set (slot_name = none)');
        await sql.unsafe('drop subscription far');
        await close();
      }
    }
  });

  it('that would connect from a shadow are refused', async () => {
    const connection = await filled(await server().createDatabase(), '');
    try {
      const load = (sql: string) =>
        loadInAnyOrder(connection, [{ sql, source: { file: 'far.sql', text: sql, offset: 0 } }]);
      await expect(load(`create subscription s connection 'host=x' publication p`)).rejects.toThrow(
        'would connect',
      );
      await expect(
        load(`create subscription s connection 'host=x password=y' publication p with (connect = false)`),
      ).rejects.toThrow('secret');
      await expect(load('alter subscription s enable')).rejects.toThrow('would connect');
    } finally {
      await connection.close();
    }
  });
});
