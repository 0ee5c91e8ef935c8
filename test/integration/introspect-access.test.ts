/** What is read for access alone gives the same answers as all of the catalog. */
import { expect, it } from 'vitest';
import { accessOf } from '../../src/core/access/effective.ts';
import { saidSequences } from '../../src/core/kinds/identity-privileges.ts';
import { type ObjectId, keyOf, nameOf } from '../../src/core/model/id.ts';
import { connect } from '../../src/db/connect.ts';
import { withOutside } from '../../src/db/outside-schemas.ts';
import { introspect, introspectAccess } from '../../src/db/introspect/introspect.ts';
import { makeAtRandom } from '../support/random-access.ts';
import { describeEachMajor } from '../support/servers.ts';

describeEachMajor('access, read alone', (server) => {
  it('is that of the whole catalog', { timeout: 120_000 }, async () => {
    const connection = await connect(await server().createDatabase());
    try {
      const objects = await makeAtRandom(connection, 7);
      const whole = await introspect(connection);
      const [all, alone] = [accessOf(whole), accessOf(await introspectAccess(connection))];
      const outside = accessOf(await withOutside(connection, whole));
      const said = new Set(saidSequences(whole).map(keyOf));
      expect(said.size).toBeGreaterThan(0);
      const isIdentitys = ({ kind, ...object }: ObjectId) =>
        kind === 'sequence' && 'name' in object && object.name.startsWith('numbered');
      let held = 0;
      for (const object of objects) {
        const holders = all.holdersOf(object);
        held += holders.size;
        // Where nothing is said of one, it is its table's.
        if (isIdentitys(object) && !said.has(keyOf(object))) continue;
        expect(alone.holdersOf(object), `${object.kind} ${nameOf(object)}`).toEqual(holders);
      }
      expect(held).toBeGreaterThan(500);
      // Of the sequence of an identity column the whole tells as much as is told where it is an object of its own.
      for (const object of objects.filter(isIdentitys))
        expect(all.holdersOf(object), nameOf(object)).toEqual(outside.holdersOf(object));
      expect(alone.columnsWithAcl).toEqual(all.columnsWithAcl);
      expect(all.columnsWithAcl.length).toBeGreaterThan(0);
    } finally {
      await connection.close();
    }
  });
});
