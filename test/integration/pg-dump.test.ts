import { describe, expect, test } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { dumpStatements, pgDump } from '../support/pg-dump.ts';
import { describeEachMajor } from '../support/servers.ts';

const schema = `
create schema shop;
create table shop.orders (id bigint generated always as identity primary key, note text default 'a;b', at timestamptz not null);
create view shop.open_orders as select id from shop.orders where note is null;
create function shop.twice(n int) returns int language sql begin atomic select n; select n * 2; end;
create function shop.touch() returns trigger language plpgsql as $f$
begin

  -- not a comment of pg_dump's
  new.at := now();
  return new;
end $f$;
grant select (id, note) on shop.orders to public;
comment on table shop.orders is 'it''s -- a table';
`;

describeEachMajor('pg_dump', (server) => {
  test('dumps what is there, statement by statement', async () => {
    const address = await server().createDatabase();
    const connection = await connect(address);
    await connection.sql.unsafe(schema);
    await connection.close();
    const text = await pgDump(address);
    expect(text).not.toMatch(/^\\|Dumped/m);
    const statements = dumpStatements(text);
    const begin = (start: string) => statements.filter((statement) => statement.startsWith(start));
    expect(begin('CREATE TABLE shop.orders')).toHaveLength(1);
    expect(begin('CREATE VIEW shop.open_orders')).toHaveLength(1);
    expect(begin('CREATE FUNCTION shop.twice')[0]).toMatch(/BEGIN ATOMIC[^]*END$/);
    expect(begin('CREATE FUNCTION shop.touch')[0]).toContain("-- not a comment of pg_dump's");
    expect(begin('GRANT SELECT(id)')).toHaveLength(1);
    expect(begin('COMMENT ON TABLE shop.orders')).toEqual([
      "COMMENT ON TABLE shop.orders IS 'it''s -- a table'",
    ]);
    expect(statements.some((statement) => statement.startsWith('SET') || statement.startsWith('--'))).toBe(
      false,
    );
  });

  test('a dump restores to a database with the same dump', async () => {
    const [from, to] = [await server().createDatabase(), await server().createDatabase()];
    const fill = async (address: typeof from, sql: string) => {
      const connection = await connect(address);
      await connection.sql.unsafe(sql);
      await connection.close();
    };
    await fill(from, schema);
    const statements = dumpStatements(await pgDump(from));
    await fill(to, statements.join(';\n'));
    expect(dumpStatements(await pgDump(to))).toEqual(statements);
  });

  test('what pg_dump says against it is thrown', async () => {
    const { address } = server();
    await expect(pgDump({ ...address, password: 'wrong' })).rejects.toThrow(/password authentication failed/);
    await expect(pgDump({ ...address, database: 'nowhere' })).rejects.toThrow(/"nowhere" does not exist/);
    await expect(pgDump(address, ['--table=missing'])).rejects.toThrow(/no matching tables/);
  });
});

describe('dumpStatements', () => {
  test('keeps the order, or sorts', () => {
    const text =
      '--\n-- a header\n--\n\nSET x = 1;\n\n\nCREATE TABLE b ();\n\n-- c\nCREATE TABLE "é" ();\nCREATE TABLE a ();\n';
    expect(dumpStatements(text)).toEqual(['CREATE TABLE b ()', 'CREATE TABLE "é" ()', 'CREATE TABLE a ()']);
    expect(dumpStatements(text, { sorted: true })).toEqual([
      'CREATE TABLE "é" ()',
      'CREATE TABLE a ()',
      'CREATE TABLE b ()',
    ]);
  });
});
