/** What is read for access alone gives the same answers as all of the catalog. */
import { expect, it } from 'vitest';
import { accessOf } from '../../src/core/access/effective.ts';
import { nameOf } from '../../src/core/model/id.ts';
import { connect } from '../../src/db/connect.ts';
import { introspect, introspectAccess } from '../../src/db/introspect/introspect.ts';
import { makeAtRandom } from '../support/random-access.ts';
import { describeEachMajor } from '../support/servers.ts';

describeEachMajor('access, read alone', (server) => {
  it('is that of the whole catalog', { timeout: 120_000 }, async () => {
    const connection = await connect(await server().createDatabase());
    try {
      const objects = await makeAtRandom(connection, 7);
      const [all, alone] = [
        accessOf(await introspect(connection)),
        accessOf(await introspectAccess(connection)),
      ];
      let held = 0;
      for (const object of objects) {
        const holders = all.holdersOf(object);
        held += holders.size;
        expect(alone.holdersOf(object), `${object.kind} ${nameOf(object)}`).toEqual(holders);
      }
      expect(held).toBeGreaterThan(500);
      expect(alone.columnsWithAcl).toEqual(all.columnsWithAcl);
      expect(all.columnsWithAcl.length).toBeGreaterThan(0);
    } finally {
      await connection.close();
    }
  });
});
