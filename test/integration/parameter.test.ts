import { expect, it } from 'vitest';
import { diff } from '../../src/core/diff/diff.ts';
import { plan } from '../../src/core/plan/plan.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { filled } from '../support/convergence.ts';
import { describeEachMajor } from '../support/servers.ts';

// Privileges on parameters are the whole cluster's: one database cannot be before and another after.
describeEachMajor('privileges on parameters', (server) => {
  it('are granted and revoked as planned', async () => {
    const connection = await filled(
      await server().createDatabase(),
      `create role parameter_app; create role "Other Role"; grant set on parameter work_mem to parameter_app`,
    );
    const { sql } = connection;
    try {
      const before = await introspect(connection);
      await sql.unsafe(`
        revoke set on parameter work_mem from parameter_app;
        grant set, alter system on parameter log_statement to parameter_app with grant option;
        grant alter system on parameter work_mem to "Other Role";
        grant set on parameter my.own_parameter to public`);
      const after = await introspect(connection);
      expect(diff(before, after)).toHaveLength(5);
      for (const [from, to] of [
        [after, before],
        [before, after],
      ] as const) {
        for (const step of plan(from, to, { domainOf: () => 'all' }))
          for (const statement of step.statements) await sql.unsafe(statement.sql);
        expect(diff(await introspect(connection), to)).toEqual([]);
      }
    } finally {
      await sql.unsafe(
        'drop owned by parameter_app, "Other Role"; drop role parameter_app, "Other Role"; revoke all on parameter my.own_parameter from public',
      );
      await connection.close();
    }
  });
});
