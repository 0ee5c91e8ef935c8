import { expect, it } from 'vitest';
import { comparable, type Side } from '../../src/core/compare/comparable.ts';
import { withSaidVersions } from '../../src/core/compare/said-versions.ts';
import { diff } from '../../src/core/diff/diff.ts';
import { plan } from '../../src/core/plan/plan.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { filled } from '../support/convergence.ts';
import { describeEachMajor } from '../support/servers.ts';

describeEachMajor('an extension is brought to the version that the SQL asks for', (server) => {
  const side = async (sql: string, isLive: boolean): Promise<Side> => {
    const connection = await filled(await server().createDatabase(), sql);
    try {
      const catalog = withSaidVersions(await introspect(connection), isLive ? [] : [{ sql }]);
      return { catalog, isLive, maker: 'nobody', assumedRoles: new Set(), saysRoles: false };
    } finally {
      await connection.close();
    }
  };
  const statements = ({ from, to }: ReturnType<typeof comparable>) =>
    plan(from, to, { domainOf: () => 'all' }).flatMap((step) => step.statements.map(({ sql }) => sql));

  it('and to no version where it asks for none', async () => {
    const old = await side(`create extension pg_trgm version '1.3'`, true);
    const none = await side(`create extension if not exists pg_trgm with schema public`, false);
    const { from, to } = comparable(old, none);
    expect(diff(from, to)).toEqual([]);
    expect(
      statements(comparable({ ...none, catalog: { ...none.catalog, entries: new Map() } }, none)),
    ).toContain('CREATE EXTENSION pg_trgm SCHEMA public');
    const said = await side(`CREATE EXTENSION IF NOT EXISTS "pg_trgm" VERSION '1.6'`, false);
    expect(statements(comparable(old, said))).toEqual([`ALTER EXTENSION pg_trgm UPDATE TO '1.6'`]);
    const updated = await side(`create extension pg_trgm`, true);
    expect(statements(comparable(old, updated))).toEqual([`ALTER EXTENSION pg_trgm UPDATE TO '1.6'`]);
  });

  it('but not where a column would go with it', async () => {
    const newer = await side(`create extension citext; create table users (email citext)`, true);
    const older = await side(`create extension citext version '1.5'`, true);
    expect(() => statements(comparable(newer, older))).toThrow(
      /citext cannot be brought to version 1.5 in place, and column public.users.email/,
    );
  });
});
