/** No provider of labels is at hand: labels are written where the server keeps them, and what would set them is read. */
import { expect, it } from 'vitest';
import { plan } from '../../src/core/plan/plan.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { filled } from '../support/convergence.ts';
import { describeEachMajor } from '../support/servers.ts';

const objects = `create table things (id integer, name text) partition by range (id);
  create table things_1 partition of things default; create view "A View" as select name from things;
  create table counted (id integer generated always as identity);
  create function f(integer, text) returns integer language sql as 'select 1';`;
const labels = `set allow_system_table_mods = on;
  insert into pg_seclabel select o.objid, o.classid::regclass, o.objsubid, 'a provider', 'it''s masked' from (values
    ('pg_class', 'things'::regclass::oid, 0), ('pg_class', 'things'::regclass, 2), ('pg_class', 'things_1'::regclass, 2),
    ('pg_class', '"A View"'::regclass, 1), ('pg_class', 'counted_id_seq'::regclass, 0), ('pg_proc', 'f'::regproc, 0),
    ('pg_namespace', 'public'::regnamespace, 0)) o(classid, objid, objsubid)`;
const named = [
  'SCHEMA public',
  'TABLE public.things',
  'COLUMN public.things.name',
  'COLUMN public.things_1.name',
  'COLUMN public."A View".name',
  'SEQUENCE public.counted_id_seq',
  'ROUTINE public.f(integer, text)',
];

describeEachMajor('security labels', (server) => {
  it('are set and taken away on whatever has one', async () => {
    const bare = await filled(await server().createDatabase(), objects);
    const labelled = await filled(await server().createDatabase(), `${objects} ${labels}`);
    try {
      const [from, to] = [await introspect(bare), await introspect(labelled)];
      expect(to.notAnalysed).toEqual([]);
      const statements = (start: typeof from, goal: typeof to) =>
        plan(start, goal, { domainOf: () => 'all' }).flatMap((step) => step.statements.map(({ sql }) => sql));
      const label = (value: string) =>
        named.map((name) => `SECURITY LABEL FOR "a provider" ON ${name} IS ${value}`).sort();
      expect(statements(from, to).sort()).toEqual(label(`'it''s masked'`));
      expect(statements(to, from).sort()).toEqual(label('NULL'));
    } finally {
      await bare.close();
      await labelled.close();
    }
  });

  it('on what an extension made are told by its name', async () => {
    const connection = await filled(
      await server().createDatabase(),
      `create extension hstore; set allow_system_table_mods = on;
       insert into pg_seclabel values ('hstore'::regtype, 'pg_type'::regclass, 0, 'far', 'secret')`,
    );
    try {
      expect((await introspect(connection)).notAnalysed.map(({ object }) => object)).toEqual([
        'security label secret of far on type public.hstore',
      ]);
    } finally {
      await connection.close();
    }
  });
});
