import { expect, it } from 'vitest';
import { find } from '../../src/core/model/catalog.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { loadInAnyOrder } from '../../src/db/load.ts';
import { filled } from '../support/convergence.ts';
import { describeEachMajor } from '../support/servers.ts';

describeEachMajor('a tablespace that a shadow does not have', (server) => {
  it('is made for the statement that names it', async () => {
    const connection = await filled(await server().createDatabase(), '');
    try {
      const sql =
        'create table things (id integer primary key using index tablespace "Old Disk") tablespace fast';
      const source = { file: 'things.sql', text: sql, offset: 0 };
      await loadInAnyOrder(connection, [{ sql, schema: 'public', source }]);
      const read = await introspect(connection);
      const on = { kind: 'table', schema: 'public', name: 'things' } as const;
      const key = { kind: 'constraint', schema: 'public', table: 'things', name: 'things_pkey' } as const;
      expect(find(read, { kind: 'tablespace', on })?.attrs).toEqual({ name: 'fast' });
      expect(find(read, { kind: 'tablespace', on: key })?.attrs).toEqual({ name: 'Old Disk' });
    } finally {
      await connection.close();
    }
  });
});
