/** What is as the manifest wants it is not written out: the findings are those of judging each entry. */
import { expect, it } from 'vitest';
import { wantedIn, writtenOut } from '../../src/core/manifest/resolve.ts';
import type { GrantAttributes } from '../../src/core/kinds/grant.ts';
import { type Catalog, entriesOf } from '../../src/core/model/catalog.ts';
import { keyOf } from '../../src/core/model/id.ts';
import { repair } from '../../src/core/rules/drift/repair.ts';
import { Expectations } from '../../src/core/rules/expectations.ts';
import { driftRules } from '../../src/core/rules/index.ts';
import { type LiveInput, liveInput } from '../../src/core/rules/input.ts';
import { withApplied } from '../../src/core/rules/permission/applied.ts';
import { runRules } from '../../src/core/rules/run.ts';
import { connect } from '../../src/db/connect.ts';
import {
  introspectPermissions,
  introspectRecorded,
  introspectionOf,
} from '../../src/db/introspect/introspect.ts';
import { runRepair } from '../../src/db/repair.ts';
import { manifestOf } from '../support/manifest.ts';
import { changeAtRandom, dropRoles, makeAtRandom } from '../support/random-access.ts';
import { describeEachMajor } from '../support/servers.ts';

const manifest = manifestOf({
  domains: { s1: { owner: 'ann' }, s2: { schema: 'S 2', owner: 'Bob "B"' }, s3: {} },
  roles: {
    ann: {},
    'Bob "B"': { memberOf: ['ann'] },
    carl: { login: true, grants: [['s1', 'read-write']] },
    dora: {
      memberOf: ['carl'],
      grants: [
        ['s2.t1', 'read'],
        ['s2', 'append'],
        [{ kind: 'functions', domain: 's2' }, 'execute'],
      ],
    },
    select: { grants: [['s3', 'read-write']] },
  },
  public: [['s3', 'read']],
  unmanaged: { roles: ['postgres', 'role_1'], otherRoles: 'revoke' },
});
const today = '2026-05-05';

/** The same, judged entry by entry. */
function eachBy(input: LiveInput): LiveInput {
  const { live, applied } = input;
  const wanted = writtenOut(wantedIn(manifest, live, 'main'));
  const expected =
    applied === undefined ? wanted : withApplied(wanted, { manifest, database: 'main', live, applied });
  const settled = {
    has: () => false,
    wantedOn: () => new Map(),
    wanted: () => [],
    granted: new Set<never>(),
    others: () => entriesOf<'grant', GrantAttributes>(live, 'grant'),
  };
  return { ...input, settled, expected: new Expectations(expected, settled) };
}
const inputOf = (live: Catalog, applied?: Catalog) =>
  liveInput({
    manifest,
    database: 'main',
    live,
    ...(applied === undefined ? {} : { applied }),
    uses: { uses: [], unknown: [] },
    now: new Date(today),
  });
const structure = { drifted: [], fix: [] };
const findings = (input: LiveInput) => runRules(driftRules, { ...input, structure }, manifest.lint, today);

describeEachMajor('objects that are as they are wanted', (server) => {
  it.each([21, 22])('are told nothing of: database %i', { timeout: 120_000 }, async (seed) => {
    const connection = await connect(await server().createDatabase('random'));
    try {
      const objects = await makeAtRandom(connection, seed);
      const first = inputOf(await introspectPermissions(connection));
      await runRepair(connection.address, repair({ structure }, findings(first)), () => undefined);
      // What the migrations make, then, is what there is now.
      const { recorded } = await introspectRecorded(connection, 'migrations');
      let told = 0;
      for (let round = 0; round < 5; round += 1) {
        const input = inputOf(await introspectPermissions(connection));
        const found = findings(input);
        // Each reads its own: what the one has opened is no help to the other.
        expect(found).toEqual(findings(eachBy(inputOf(await introspectPermissions(connection)))));
        const [one, other] = [
          inputOf(await introspectPermissions(connection), await introspectionOf(recorded, 'migrations')),
          inputOf(await introspectPermissions(connection), await introspectionOf(recorded, 'migrations')),
        ];
        expect(findings(one)).toEqual(findings(eachBy(other)));
        expect(objects.some((each) => one.settled.wantedOn(keyOf(each)).size > 0)).toBe(true);
        const settled = objects.filter((each) => input.settled.wantedOn(keyOf(each)).size > 0);
        expect(settled.length).toBeGreaterThan(round === 0 ? 10 : 5);
        for (const on of settled.slice(0, 5)) {
          const wanted = [...input.settled.wantedOn(keyOf(on))];
          expect(wanted.length).toBeGreaterThan(0);
          for (const [key, { entry }] of wanted) expect(input.expected.get(key)?.entry).toEqual(entry);
        }
        told += found.length;
        await changeAtRandom(connection, objects, seed * 100 + round);
      }
      expect(told).toBeGreaterThan(20);
    } finally {
      await connection.close();
      await server().dropDatabase('random');
      await dropRoles(server());
    }
  });
});
