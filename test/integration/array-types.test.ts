import { expect, test } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { describeEachMajor } from '../support/servers.ts';

describeEachMajor('arrays', (server) => {
  test('come and go as values, though the server is not asked for its types', async () => {
    const { sql, close } = await connect(await server().createDatabase());
    try {
      const given = ['a', 'b c', '"', '\\', 'x,y', '{', '', 'null', null];
      const numbers = [1, -2, 3];
      const [row] =
        await sql`select ${given}::text[] as texts, ${given}::name[] as names, ${numbers}::int[] as integers,
        ${numbers}::float8[] as floats, ${numbers}::int8[] as longs, array[true, false, null] as booleans,
        array[1, 2]::oid[] as oids, array[]::text[] as none, '{=r/postgres}'::aclitem[] as items,
        (select count(*)::int from pg_class where relkind = any (${['r', 'v']})) > 1 as asked`;
      expect(row).toEqual({
        texts: given,
        names: given,
        integers: numbers,
        floats: numbers,
        longs: ['1', '-2', '3'],
        booleans: [true, false, null],
        oids: [1, 2],
        none: [],
        items: ['=r/postgres'],
        asked: true,
      });
    } finally {
      await close();
    }
  });
});
