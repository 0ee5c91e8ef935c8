import { expect, test } from 'vitest';
import { entriesOf } from '../../src/core/model/catalog.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { describeEachMajor } from '../support/servers.ts';
import { filled } from '../support/convergence.ts';

// Where a definition is put together from the catalogs' own columns, the server's function is the oracle.
const names = ['plain', 'Mixed Case', 'order', 'between', 'with"quote', 'été', 'a.b', 'x)y'];
const quoted = names.map((name) => `"${name.replaceAll('"', '""')}"`);
const actions = ['no action', 'restrict', 'cascade', 'set null', 'set default'];
const timings = ['', 'deferrable', 'deferrable initially deferred', 'not valid', 'match full'];

const tables = `
  create schema "Sch""ema"; create schema plain;
  ${['"Sch""ema"', 'plain']
    .map(
      (schema) => `
    create table ${schema}."Ta ble" (${quoted.map((name) => `${name} int default 1`).join(', ')},
      gone int, t text, v varchar(10), c text collate "C", e int[], during int4range, primary key (${quoted.join(', ')}));
    alter table ${schema}."Ta ble" drop column gone, add column late int unique;
    ${quoted.map((name, at) => `alter table ${schema}."Ta ble" add constraint "unique ${at}" unique (${name}, ${quoted[(at + 1) % quoted.length]});`).join('\n')}
    alter table ${schema}."Ta ble" add constraint included unique (late) include (t, v),
      add constraint equal_nulls unique nulls not distinct (t, late),
      add constraint later unique (v) deferrable initially deferred,
      add constraint filled unique (c) with (fillfactor = 50),
      add constraint excluded exclude using gist (during with &&),
      add constraint checked check (late > 0 and t <> 'x') no inherit,
      add constraint unchecked check (length(v) > 1) not valid,
      add constraint whole check (num_nulls("Ta ble") >= 0);`,
    )
    .join('\n')}
  ${actions
    .flatMap((onDelete, d) =>
      actions.flatMap((onUpdate, u) =>
        timings.map((timing, t) => {
          const [from, to] = [quoted[(d + u) % 8]!, quoted[(d + t) % 8]!];
          const match = timing === 'match full' ? timing : '';
          const key = `(${to}, ${quoted[(quoted.indexOf(to) + 1) % 8]})`;
          return `alter table plain."Ta ble" add constraint "fk ${d}${u}${t}" foreign key (late, ${from})
            references ${t % 2 === 0 ? '"Sch""ema"' : 'plain'}."Ta ble" ${key} ${match}
            on update ${onUpdate} on delete ${onDelete} ${match === '' ? timing : ''};`;
        }),
      ),
    )
    .join('\n')}
  alter table plain."Ta ble" add constraint some_null foreign key (late, plain) references plain."Ta ble" (plain, "Mixed Case") on delete set null (late);
  create index on plain."Ta ble" (plain); create index "In dex" on plain."Ta ble" ("order" desc, "a.b" nulls first, t);
  create unique index on plain."Ta ble" (t collate "C", c collate "POSIX", c);
  create index on plain."Ta ble" (v varchar_pattern_ops, t text_pattern_ops, v) include (late) with (fillfactor = 70);
  create index on plain."Ta ble" (lower(t)) where late > 1; create index on plain."Ta ble" using hash (t);
  create index on plain."Ta ble" using gin (e); create index on plain."Ta ble" using brin (late int4_minmax_multi_ops (values_per_range = 8));
  create index on plain."Ta ble" (late oid_ops); create unique index on plain."Ta ble" (late) nulls not distinct;`;

const newer = `
  create table plain.temporal (id int4range, valid daterange, primary key (id, valid without overlaps),
    unique (valid, id), foreign key (id, period valid) references plain.temporal (id, period valid));
  alter table plain."Ta ble" add constraint unforced check (late < 100) not enforced,
    add constraint unforced_key foreign key (late) references plain."Ta ble" (late) not enforced;`;

describeEachMajor('definitions', (server, major) => {
  test('are what the server prints', async () => {
    const connection = await filled(await server().createDatabase(), tables);
    try {
      if (major >= 18) await connection.sql.unsafe(newer);
      const catalog = await introspect(connection);
      const rows = await connection.sql.begin(async (sql) => {
        await sql`set local search_path = ''`;
        return sql<{ kind: string; name: string; definition: string }[]>`
          select 'constraint' as kind, n.nspname || '|' || c.relname || '|' || k.conname as name, pg_get_constraintdef(k.oid)
            -- It leaves out what its index has.
            || coalesce(substring(pg_get_indexdef(case when k.contype in ('p', 'u') then k.conindid end) from ' WITH \\([^()]*\\)$'), '') as definition
          from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
          where k.contype <> 'n' and k.connamespace >= 16384
          union all select 'index', n.nspname || '|' || c.relname || '|' || x.relname, pg_get_indexdef(i.indexrelid)
          from pg_index i join pg_class x on x.oid = i.indexrelid join pg_class c on c.oid = i.indrelid
          join pg_namespace n on n.oid = c.relnamespace where x.relnamespace >= 16384 and c.relkind = 'r'
            and not exists (select from pg_constraint k where k.conindid = x.oid and k.contype in ('p', 'u', 'x'))
          order by 1, 2`;
      });
      const read = (['constraint', 'index'] as const).flatMap((kind) =>
        [...entriesOf(catalog, kind)].map(({ id, attrs }) => ({
          kind,
          name: `${id.schema}|${'table' in id ? id.table : (attrs['table'] as string)}|${id.name}`,
          definition: attrs['definition'],
        })),
      );
      const byName = (a: { kind: string; name: string }, b: { kind: string; name: string }) =>
        `${a.kind}${a.name}` < `${b.kind}${b.name}` ? -1 : 1;
      expect(rows.length).toBeGreaterThan(150);
      expect(read.sort(byName)).toEqual([...rows].sort(byName));
    } finally {
      await connection.close();
    }
  });
});
