/** Who gained and who lost what, against what has_*_privilege() says before and after changes at random. */
import { expect, it } from 'vitest';
import { accessChanges, roleChanges } from '../../src/core/access/change.ts';
import { accessOf } from '../../src/core/access/effective.ts';
import { privilegesOn } from '../../src/core/kinds/privileges.ts';
import { type ObjectId, keyOf } from '../../src/core/model/id.ts';
import { wholeOf } from '../../src/core/model/catalog.ts';
import { connect } from '../../src/db/connect.ts';
import { withOutside } from '../../src/db/outside-schemas.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { ask, changeAtRandom, dropRoles, makeAtRandom, roles } from '../support/random-access.ts';
import { describeEachMajor } from '../support/servers.ts';

/** A new one each time, printed; `ACCESS_SEED` repeats one. */
const seed = Number(process.env['ACCESS_SEED'] ?? Math.floor(Date.now() % 1_000_000));
const rounds = 4;

describeEachMajor(`what changed agrees with the server, seed ${seed}`, (server) => {
  it('has_*_privilege() before and after', { timeout: 240_000 }, async () => {
    const address = await server().createDatabase();
    const connection = await connect(address);
    // Those on which nothing is granted are read when they are asked for.
    let largeObjects: readonly string[] = [];
    const read = async () => {
      const own = await introspect(connection);
      const catalog = await withOutside(connection, own, largeObjects);
      return { catalog, access: accessOf(catalog), snapshot: { catalog: own, access: accessOf(own) } };
    };
    try {
      const objects = await makeAtRandom(connection, seed);
      largeObjects = objects.flatMap((object) => (object.kind === 'large-object' ? [object.name] : []));
      const who = [...roles, 'public'];
      let changed = 0;
      for (let round = 0; round < rounds; round += 1) {
        const [before, then] = [await read(), await ask(connection, who, objects)];
        await changeAtRandom(connection, objects, seed + round);
        const [after, now] = [await read(), await ask(connection, who, objects)];
        const key = (...[role, privilege, on]: [string, string, ObjectId]) =>
          `${role}: ${privilege} on ${keyOf(on)}`;
        const told = new Map(
          accessChanges(before, after).map((each) => [key(each.role, each.privilege, each.object), each]),
        );
        // Of the sequences of identity columns a snapshot tells the same, though they are no objects in it.
        const ofIdentities = (changes: ReturnType<typeof accessChanges>) =>
          changes
            .filter(({ object }) => object.kind === 'sequence' && object.name.startsWith('numbered'))
            .map(({ change, role, privilege, object, grantOption }) =>
              JSON.stringify([change, key(role, privilege, object), grantOption]),
            )
            .sort();
        expect(ofIdentities(accessChanges(before.snapshot, after.snapshot))).toEqual(
          ofIdentities([...told.values()]),
        );
        const ofRoles = new Set(
          roleChanges(before, after).map(({ change, role, what }) => `${change} ${role} ${what}`),
        );
        const wrong: string[] = [];
        let at = 0;
        for (const object of objects)
          for (const role of who)
            for (const privilege of privilegesOn(object.kind, before.catalog.serverVersion)) {
              const [was, is] = [then[at]!, now[at]!];
              at += 1;
              if (before.access.isSuperuser(role)) continue;
              const about = key(role, privilege, object);
              const own = told.get(about);
              const word = was.held === is.held ? undefined : is.held ? 'gained' : 'lost';
              if (word !== undefined) changed += 1;
              // What everybody gained is told once, what a table gives is not told again of its columns, and what the server's own roles give is told of the role.
              const whole = wholeOf(before.catalog, object);
              const elsewhere = [
                told.get(key('public', privilege, object)),
                told.get(key(role, privilege, whole)),
                told.get(key('public', privilege, whole)),
              ].some((each) => each?.change === word);
              const byRole = ['pg_read_all_data', 'pg_write_all_data', 'pg_maintain'].some((each) =>
                ofRoles.has(`${word} ${role} member of ${each}`),
              );
              if (word !== undefined && own?.change !== word && !elsewhere && !byRole)
                wrong.push(`${about}: ${word}, and not told`);
              if (own !== undefined && !own.grantOption && own.change !== word && object.kind !== 'column')
                wrong.push(`${about}: told as ${own.change}, and is ${word ?? 'as it was'}`);
              if (word === undefined && was.held && object.kind !== 'column') {
                const option = was.grantable === is.grantable ? undefined : is.grantable ? 'gained' : 'lost';
                if (own?.change !== option)
                  wrong.push(`${about}: grant option ${option ?? 'as it was'}, told ${own?.change ?? 'not'}`);
              }
            }
        expect(wrong).toEqual([]);
      }
      expect(changed).toBeGreaterThan(50);
    } finally {
      await connection.close();
      await server().dropDatabase(address.database);
      await dropRoles(server());
    }
  });
});
