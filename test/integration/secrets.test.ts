import { expect, it } from 'vitest';
import { plan } from '../../src/core/plan/plan.ts';
import { KnownError } from '../../src/core/model/problem.ts';
import { loadInAnyOrder } from '../../src/db/load.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { filled } from '../support/convergence.ts';
import { describeEachMajor } from '../support/servers.ts';

const secret = 'hunter2';
const plain = `
  create foreign data wrapper remote options (debug 'true');
  create server far foreign data wrapper remote options (host 'example.org');
  create user mapping for public server far options (username 'reader', password_required 'true');
  create foreign table things (id integer) server far;`;
const withSecrets = `
  create foreign data wrapper remote options (debug 'true', "API-Token" '${secret}');
  create server far foreign data wrapper remote options (host 'example.org', url 'postgres://reader:${secret}@example.org/x');
  create user mapping for public server far options (username 'reader', "Password" '${secret}', password_required 'true', passfile '/${secret}');
  create foreign table things (id integer options (dsn 'host=x password=${secret}')) server far options (api_key '${secret}');`;

describeEachMajor('secrets of foreign servers', (server) => {
  it('are read by name only, and planned without their values', async () => {
    const without = await filled(await server().createDatabase(), plain);
    const having = await filled(await server().createDatabase(), withSecrets);
    try {
      const [from, to] = [await introspect(without), await introspect(having)];
      expect(JSON.stringify([...to.entries.values()])).not.toContain(secret);
      expect(JSON.stringify([...to.entries.values()])).toContain('example.org"');
      const there = plan(from, to, { domainOf: () => 'all' }).flatMap(({ statements }) => statements);
      const back = plan(to, from, { domainOf: () => 'all' }).flatMap(({ statements }) => statements);
      expect(there).toHaveLength(5);
      expect(JSON.stringify([there, back])).not.toContain(secret);
      const hazards = there.flatMap((statement) => statement.hazards);
      expect(hazards).toHaveLength(6);
      for (const { detail } of hazards)
        expect(detail).toMatch(/leaves the secret .* empty; give it out of band: ALTER/);
      for (const {
        hazards: [hazard],
      } of back)
        expect(hazard?.name).toBe('data-loss');
      // What the plan makes has every name, so that nothing differs from then on but what is not told.
      for (const { sql } of there) await without.sql.unsafe(sql);
      expect(plan(await introspect(without), to, { domainOf: () => 'all' })).toEqual([]);
    } finally {
      await without.close();
      await having.close();
    }
  });

  it('are refused in a desired state, and shown in no message', async () => {
    const connection = await filled(await server().createDatabase(), '');
    const load = (sql: string) => {
      const source = { file: 'far.sql', text: sql, offset: 0 };
      return loadInAnyOrder(connection, [{ sql, schema: 'public', source }]);
    };
    try {
      for (const sql of [
        ...withSecrets
          .split(';')
          .slice(0, 4)
          .map((statement) => statement.trim()),
        `alter user mapping for public server far options (set password '${secret}')`,
        `create subscription s connection 'host=x password=${secret}' publication p`,
        // Broken ones, whose text an error would show.
        `create user mapping for public server far options (password '${secret}', `,
        `create server far foreign data wrapper no_such options (a 'postgres://u:${secret}@h', b c)`,
      ]) {
        const error: unknown = await load(sql).catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(KnownError);
        expect(JSON.stringify((error as KnownError).problems)).not.toContain(secret);
      }
      await load(`create foreign data wrapper remote options (password '')`);
    } finally {
      await connection.close();
    }
  });
});
