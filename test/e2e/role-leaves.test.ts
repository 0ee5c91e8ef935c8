/** A role leaves: out of the manifest, out of the migrations' reach, and out of a database that no manifest names. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { openWorkplace } from '../support/program.ts';
import { type TestServer, startServer } from '../support/servers.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer(18);
});
afterAll(() => server?.stop());

const manifest = (roles: string) => `
version: 1
name: shop
domains: { shop: { tables: { orders: { columns: { id: int primary key } } } } }
roles:
  shop_admin:
${roles}`;

it('is kept by the migration while another database uses it, and removed then', async () => {
  const [main, other] = [await server.createDatabase(), await server.createDatabase()];
  const place = await openWorkplace({ DATABASE_URL: server.url(main.database) });
  try {
    await place.write({
      'dbctl.yaml': manifest('  shop_app: { grants: [{ on: shop, privileges: read-write }] }\n'),
    });
    await place.succeed('generate', 'first');
    await place.succeed('migrate');
    const elsewhere = await connect(other);
    await elsewhere.sql.unsafe('create table notes (id int); alter table notes owner to shop_app');
    await elsewhere.close();

    await place.write({ 'dbctl.yaml': manifest('') });
    const early = await place.dbctl('roles', 'remove', 'shop_app', '--reassign-to', 'shop_admin');
    expect(early.status).toBe(2);
    expect(early.log).toContain('the migrations still make the role shop_app');
    await place.succeed('generate', 'without_app');
    const pending = await place.dbctl('roles', 'remove', 'shop_app', '--reassign-to', 'shop_admin');
    expect(pending.log).toContain('a migration that is not applied speaks of the role shop_app');
    const migrated = await place.dbctl('migrate', '--allow-destructive');
    expect(migrated.status, migrated.log).toBe(0);

    await place.succeed('roles', 'remove', 'shop_app', '--reassign-to', 'shop_admin', '--allow-destructive');
    const connection = await connect(other);
    const [row] = await connection.sql<{ owner: string; roles: number }[]>`
      select relowner::regrole::text as owner, (select count(*)::int from pg_roles where rolname = 'shop_app') as roles
      from pg_class where oid = 'notes'::regclass`;
    await connection.close();
    expect(row).toEqual({ owner: 'shop_admin', roles: 0 });
    expect((await place.dbctl('generate', 'nothing', '--check')).status).toBe(0);
  } finally {
    await place.remove();
  }
});
