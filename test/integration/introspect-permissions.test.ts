/** What is read for permissions alone is judged as all of the catalog is. */
import { expect, it } from 'vitest';
import { asksForColumns } from '../../src/core/manifest/columns-asked.ts';
import { driftRules } from '../../src/core/rules/index.ts';
import { liveInput } from '../../src/core/rules/input.ts';
import { runRules } from '../../src/core/rules/run.ts';
import { connect } from '../../src/db/connect.ts';
import { introspect, introspectPermissions } from '../../src/db/introspect/introspect.ts';
import { manifestOf } from '../support/manifest.ts';
import { dropRoles, makeAtRandom } from '../support/random-access.ts';
import { describeEachMajor } from '../support/servers.ts';

/** Of what only the one of the readings could know. */
const besides = `
  create sequence s1.shared; create sequence s1.own; create sequence s3.far;
  create table s1.drawing (a int default nextval('s1.shared'), b int default nextval('s3.far') + 1, c serial,
    d int generated always as identity, e int);
  create table s1.heir (f int) inherits (s1.drawing);
  alter sequence s1.own owned by s1.drawing.e;
  create table s1.days (day date not null, n int default nextval('s1.own')) partition by range (day);
  create table s1.hours partition of s1.days for values from ('2026-01-01') to ('2027-01-01') partition by range (day);
  create table s1.tenants (tenant text) partition by list (tenant);
  create collation s1.plain from "C"; alter collation s1.plain owner to dora;
  create statistics s1.together on a, b from s1.drawing; alter statistics s1.together owner to dora;
  create operator s1.=== (leftarg = int, rightarg = int, function = int4eq); alter operator s1.=== (int, int) owner to dora;
  create text search dictionary s1.words (template = simple); alter text search dictionary s1.words owner to dora;
  create text search configuration s1.texts (copy = simple); alter text search configuration s1.texts owner to dora;
  create conversion s1.turn for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1; alter conversion s1.turn owner to dora;
  create operator family s1.kin using btree; alter operator family s1.kin using btree owner to dora;
  create type s1.span as range (subtype = int); comment on type s1.span_multirange is 'not analysed';
  alter role dora in database random set work_mem = '5MB';
  grant insert on s1.drawing, s1.days to carl; grant select (a) on s1.drawing to carl;
`;

const manifest = manifestOf({
  domains: { s1: { owner: 'ann' }, s2: { schema: 'S 2', owner: 'Bob "B"' }, s3: {} },
  roles: {
    ann: {},
    'Bob "B"': { memberOf: ['ann'] },
    carl: {
      login: true,
      grants: [
        ['s1', 'read-write'],
        ['s2', 'append'],
        ['s3', 'read'],
      ],
    },
    eve: {
      memberOf: ['carl'],
      grants: [
        ['s1.drawing', 'insert'],
        ['s1.heir', 'insert'],
        ['s1.days', 'insert'],
      ],
    },
    select: {
      grants: [
        [{ kind: 'functions', domain: 's2' }, 'execute'],
        [{ kind: 'types', domain: 's3' }, 'usage'],
      ],
    },
  },
  public: [['s3', 'read']],
  unmanaged: { roles: ['postgres', 'role_1'] },
});

describeEachMajor('permissions, read alone', (server) => {
  it.each([11, 12])(
    'are judged as with the whole catalog: database %i',
    { timeout: 120_000 },
    async (seed) => {
      const connection = await connect(await server().createDatabase('random'));
      try {
        await makeAtRandom(connection, seed);
        expect(asksForColumns(manifest, 'main')).toBe(false);
        const applied = await introspect(connection);
        await connection.sql.unsafe(besides);
        const findings = async (read: typeof introspect) =>
          runRules(
            driftRules,
            {
              ...liveInput({
                manifest,
                database: 'main',
                live: await read(connection),
                applied,
                uses: { uses: [], unknown: [] },
                now: new Date('2026-05-05'),
              }),
              structure: { drifted: [], fix: [] },
            },
            manifest.lint,
            '2026-05-05',
          );
        const whole = await findings(introspect);
        expect(whole.map(({ rule }) => rule)).toEqual(
          expect.arrayContaining([
            'drift/setting',
            'catalog/not-analysed',
            'permission/owner',
            'permission/missing',
          ]),
        );
        // The fixes name each object.
        const fixes = whole.flatMap(({ fix }) => fix).join('\n');
        for (const told of ['s1.together', 's1.plain', 's1.shared', 's3.far']) expect(fixes).toContain(told);
        expect(whole.map(({ subject }) => subject)).toContain('s1.days');
        expect(await findings(introspectPermissions)).toEqual(whole);
      } finally {
        await connection.close();
        await server().dropDatabase('random');
        await dropRoles(server());
      }
    },
  );
});
