/** Effective privileges and access paths against the server's own answers, over databases made at random. */
import { expect, it } from 'vitest';
import { accessOf } from '../../src/core/access/effective.ts';
import { bodiesOf } from '../../src/core/access/beyond/functions.ts';
import { objectsNamed, written } from '../../src/core/access/object-name.ts';
import { isAllowed, pathsNow } from '../../src/core/access/path.ts';
import { whoCan } from '../../src/core/access/who-can.ts';
import { privilegesOn } from '../../src/core/kinds/privileges.ts';
import type { ObjectId } from '../../src/core/model/id.ts';
import { keyOf, nameOf, schemaOf } from '../../src/core/model/id.ts';
import { connect } from '../../src/db/connect.ts';
import { withOutside } from '../../src/db/outside-schemas.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { ask, dropRoles, makeAtRandom, roles } from '../support/random-access.ts';
import { describeEachMajor } from '../support/servers.ts';

/** A new one each time, printed; `ACCESS_SEED` repeats one. */
const seed = Number(process.env['ACCESS_SEED'] ?? Math.floor(Date.now() % 1_000_000));
const databases = 2;
/** On each major, so that all four make 200,000. */
const atLeast = 50_000;

describeEachMajor(`effective access agrees with the server, seed ${seed}`, (server, major) => {
  it('has_*_privilege() and pg_has_role()', { timeout: 240_000 }, async () => {
    let decisions = 0;
    for (let n = 0; n < databases; n += 1) decisions += await compare(seed + n);
    // For whoever reads the run: how much was asked.
    process.stdout.write(`PostgreSQL ${major}: ${decisions} decisions\n`);
    expect(decisions).toBeGreaterThan(atLeast);
  });

  async function compare(each: number): Promise<number> {
    const address = await server().createDatabase();
    const connection = await connect(address);
    const { sql } = connection;
    try {
      const objects = await makeAtRandom(connection, each);
      const catalog = await withOutside(
        connection,
        await introspect(connection),
        // Those on which nothing was granted are read when they are asked for, as `audit explain` does.
        objects.flatMap((object) => (object.kind === 'large-object' ? [object.name] : [])),
      );
      const world = { catalog, access: accessOf(catalog) };
      const { access } = world;
      const who = [...roles, 'pg_monitor', 'pg_read_all_data', 'public'];
      const answers = await ask(connection, who, objects);
      const wrong: string[] = [];
      let decisions = 0;
      const check = (what: string, ours: boolean, theirs: boolean) => {
        decisions += 1;
        if (ours !== theirs) wrong.push(`${what}: ${ours ? 'we' : 'the server'} said yes`);
      };
      const usable = new Map<string, boolean>();
      const held = new Map<string, boolean>();
      let at = 0;
      for (const object of objects)
        for (const role of who)
          for (const privilege of privilegesOn(object.kind, catalog.serverVersion)) {
            const theirs = answers[at]!;
            at += 1;
            const words = `${role}: ${privilege} on ${object.kind} ${nameOf(object)}`;
            if (object.kind === 'schema' && privilege === 'usage')
              usable.set(`${role}\0${object.name}`, theirs.held);
            held.set(`${role}\0${privilege}\0${object.kind}\0${nameOf(object)}`, theirs.held);
            check(words, access.holds(role, privilege, object), theirs.held);
            check(`${words} with grant option`, access.mayGrant(role, privilege, object), theirs.grantable);
            if (object.kind !== 'column') {
              const holders = access.holdersOf(object).get(role) ?? [];
              check(
                `${words}, holders`,
                holders.some((each) => each.privilege === privilege),
                theirs.held,
              );
            }
            // No path leads to what is not held, and one to whatever is.
            const paths = pathsNow(world, { role, privilege, on: object });
            check(`${words}, paths`, paths.length > 0, theirs.held);
          }
      const schemaOfObject = (object: ObjectId) => (object.kind === 'schema' ? undefined : schemaOf(object));
      for (const object of objects)
        for (const privilege of privilegesOn(object.kind, catalog.serverVersion)) {
          const allowed = new Set<string>();
          for (const role of who) {
            const schema = schemaOfObject(object);
            const theirs =
              held.get(`${role}\0${privilege}\0${object.kind}\0${nameOf(object)}`)! &&
              (schema === undefined || usable.get(`${role}\0${schema}`)!);
            if (theirs) allowed.add(role);
            check(
              `explain ${role} ${privilege} ${nameOf(object)}`,
              isAllowed(world, { role, privilege, on: object }),
              theirs,
            );
          }
          const named = new Set(
            whoCan(world, privilege, object, await bodiesOf(catalog)).roles.map(({ role }) => role),
          );
          for (const role of [...roles, 'public'])
            check(`who-can ${privilege} ${nameOf(object)}: ${role}`, named.has(role), allowed.has(role));
        }
      const settable = major >= 16 ? 'SET' : 'MEMBER';
      const reach = await sql.unsafe<{ a: string; b: string; usage: boolean; set: boolean }[]>(
        `select a.rolname as a, b.rolname as b, pg_has_role(a.rolname, b.rolname, 'USAGE') as usage,
          pg_has_role(a.rolname, b.rolname, '${settable}') as set
        from pg_roles a, pg_roles b where a.rolname <> b.rolname`,
      );
      for (const { a, b, usage, set } of reach) {
        if (access.isSuperuser(a)) continue;
        check(`${a} has the privileges of ${b}`, access.memberships.inheritedBy(a).includes(b), usage);
        check(`${a} may SET ROLE ${b}`, access.memberships.settableBy(a).includes(b), set);
      }
      // Each is found by the name that it is told by.
      for (const object of objects)
        if (!objectsNamed(catalog, written(object)).some((found) => keyOf(found) === keyOf(object)))
          wrong.push(`${written(object)} is not found`);
      expect(wrong).toEqual([]);
      // Neither all yes nor all no: the database says something.
      const yes = answers.filter((answer) => answer.held).length / answers.length;
      expect(yes).toBeGreaterThan(0.1);
      expect(yes).toBeLessThan(0.9);
      return decisions;
    } finally {
      await connection.close();
      await server().dropDatabase(address.database);
      await dropRoles(server());
    }
  }
});
