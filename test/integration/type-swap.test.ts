import { expect, it } from 'vitest';
import { plan } from '../../src/core/plan/plan.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { filled } from '../support/convergence.ts';
import { describeEachMajor } from '../support/servers.ts';

describeEachMajor('a type that cannot be altered in place', (server) => {
  /** Runs the plan from one schema to the other. @returns the rows of `t`, as JSON, after it. */
  async function rowsAfter(before: string, after: string): Promise<unknown[]> {
    const from = await filled(await server().createDatabase(), before);
    const to = await filled(await server().createDatabase(), after);
    try {
      const steps = plan(await introspect(from), await introspect(to), { domainOf: () => 'all' });
      for (const { sql } of steps.flatMap(({ statements }) => statements)) await from.sql.unsafe(sql);
      return (await from.sql<{ row: unknown }[]>`select to_json(t) as row from t order by id`).map(
        ({ row }) => row,
      );
    } finally {
      await from.close();
      await to.close();
    }
  }
  const table = 'create table t (id int, v e, w e[]);';

  it('keeps the values of its columns', async () => {
    const rows = await rowsAfter(
      `create type e as enum ('a', 'b', 'c'); ${table} insert into t values (1, 'a', '{b,a}'), (2, null, null)`,
      `create type e as enum ('b', 'a'); ${table}`,
    );
    expect(rows).toEqual([
      { id: 1, v: 'a', w: ['b', 'a'] },
      { id: 2, v: null, w: null },
    ]);
  });

  it('keeps the fields that a composite type keeps', async () => {
    const rows = await rowsAfter(
      `create type e as (x int, y text, z date); create table t (id int, v e);
       insert into t values (1, row(1, 'one', '2026-01-01')), (2, null), (3, row(null, null, null))`,
      `create type e as (y text, w int, x bigint); create table t (id int, v e);`,
    );
    expect(rows).toEqual([
      { id: 1, v: { y: 'one', w: null, x: 1 } },
      { id: 2, v: null },
      { id: 3, v: { y: null, w: null, x: null } },
    ]);
  });

  it('refuses, and changes nothing, where a value is none of the new type', async () => {
    await expect(
      rowsAfter(
        `create type e as enum ('a', 'b'); ${table} insert into t values (1, 'b', null)`,
        `create type e as enum ('a'); ${table}`,
      ),
    ).rejects.toThrow('invalid input value for enum');
  });

  it('never drops a column where a type becomes one of another kind', async () => {
    await expect(
      rowsAfter(`create type e as enum ('a'); ${table}`, `create domain e as text; ${table}`),
    ).rejects.toThrow(/type public.e becomes another kind of type while column public.t.[vw] holds it/);
  });

  const baseType = (category: string) => `create type e;
    create function e_in(cstring) returns e language internal immutable strict as 'textin';
    create function e_out(e) returns cstring language internal immutable strict as 'textout';
    create type e (input = e_in, output = e_out, internallength = variable, category = '${category}');`;

  it('never drops a column where a base type has to be made anew', async () => {
    await expect(rowsAfter(`${baseType('A')} ${table}`, `${baseType('B')} ${table}`)).rejects.toThrow(
      /type public.e has to be made anew while column public.t.[vw] holds it/,
    );
  });

  it('does not go, with its functions, when somebody has come to depend on them since', async () => {
    const from = await filled(await server().createDatabase(), baseType('A'));
    const to = await filled(await server().createDatabase(), '');
    try {
      const steps = plan(await introspect(from), await introspect(to), { domainOf: () => 'all' });
      const [{ sql: drop } = { sql: '' }] = steps.flatMap(({ statements }) => statements);
      for (const [use, name] of [
        [table, 'table t'],
        [`create view t as select e_in('x') is null as none`, 'view t'],
      ] as const) {
        await from.sql.unsafe(use);
        await expect(from.sql.unsafe(drop)).rejects.toThrow(`${name} depends on it or on its functions`);
        await from.sql.unsafe(`drop ${name}`);
      }
      await from.sql.unsafe(drop);
    } finally {
      await from.close();
      await to.close();
    }
  });
});
