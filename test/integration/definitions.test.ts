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

/** Whose columns are named as those of the catalog that stands in, and otherwise as they are easily taken for. */
const expressions = `
  create schema stakind1; create type stakind1.stawidth as (staop1 int, starelid int);
  create function stakind1.stawidth(stadistinct int default 0, stakind2 int default 1) returns int immutable language sql return stadistinct + stakind2;
  create function stakind1.named(text) returns name immutable language sql return $1::name;
  create table stakind1.pg_statistic (staattnum int, stawidth int, starelid stakind1.stawidth, gone int, stakind1 text,
    "sta width" int, "'" int, stavalues5 int[], at timestamptz, doc xml,
    sum int generated always as (stawidth + "'" + (starelid).staop1 + stakind1.stawidth(stadistinct => stawidth)) stored,
    text text generated always as (stakind1 || 'stawidth "staop1"' || E'it''s\\\\ stawidth') stored,
    check (stakind1 <> 'it''s stawidth' and stakind1 <> E'a\\\\' || stakind1),
    check ((starelid).starelid > staattnum and (starelid).staop1 > stavalues5[staattnum]),
    check (stakind1.stawidth(stadistinct => stawidth, stakind2 => staattnum) > 0), check (stakind1.stawidth(stawidth) > "sta width"),
    check (xmlforest(stakind1 as staop1, stawidth as starelid) is not null), check (xmlelement(name stawidth, stakind1) is not null),
    check (pg_statistic is not null), check (tableoid > 0), check ("sta width" is distinct from "'" and at > 'epoch'),
    check (case stakind1 when 'as AS' then stawidth else coalesce(staattnum, "'") end > 0));
  alter table stakind1.pg_statistic drop column gone, add column "Late" int, add check ("Late" > 0 and staattnum > 1);
  create table stakind1.wide (${Array.from({ length: 40 }, (_, at) => `stakind${at} int`).join(', ')}, check (stakind39 > stakind2),
    g int generated always as (stakind1 + stakind38) stored);
  create index on stakind1.wide (abs(stakind38)) where stakind2 > stakind39;
  ${[
    'lower(stakind1)',
    'lower(stakind1), upper(stakind1)',
    'staattnum, lower(stakind1) desc nulls last, "Late"',
    "(stakind1 || 'stawidth')",
    '(stawidth + "sta width")',
    'coalesce(staattnum, "\'")',
    'greatest(stawidth, "Late")',
    '(stawidth::text)',
    '(stawidth::bigint)',
    '((starelid).staop1)',
    'stakind1.stawidth(stawidth)',
    'stakind1.stawidth(stakind2 => stawidth)',
    "extract(year from at at time zone 'utc')",
    "date_trunc('day', at at time zone 'utc')",
    '(row(stawidth, staattnum)::stakind1.stawidth)',
    '(stakind1 is null)',
    'lower(stakind1 collate "C")',
    'lower(stakind1 collate "C") collate "default"',
    'lower(stakind1) collate "C"',
    'lower(stakind1) text_pattern_ops',
    'stakind1.named(stakind1)',
    'stakind1.named(stakind1) collate "default"',
    'abs(stavalues5[1])',
    'num_nulls(pg_statistic)',
    '(nullif(stawidth, staattnum))',
    'md5(stakind1)) include (stawidth',
  ]
    .map((key) => `create index on stakind1.pg_statistic (${key});`)
    .join('\n')}
  ${[
    "stakind1 = 'stawidth'",
    'stawidth is null',
    '"Late" > 0',
    'pg_statistic is null',
    "stakind1 = 'x AS y'",
    '(starelid).staop1 = 1',
  ]
    .map((where) => `create index on stakind1.pg_statistic (staattnum, lower(stakind1)) where ${where};`)
    .join('\n')}`;

const newer = `
  create table plain.temporal (id int4range, valid daterange, primary key (id, valid without overlaps),
    unique (valid, id), foreign key (id, period valid) references plain.temporal (id, period valid));
  alter table plain."Ta ble" add constraint unforced check (late < 100) not enforced,
    add constraint unforced_key foreign key (late) references plain."Ta ble" (late) not enforced;`;

describeEachMajor('definitions', (server, major) => {
  test('are what the server prints', async () => {
    const connection = await filled(await server().createDatabase(), tables);
    try {
      await connection.sql.unsafe(expressions);
      if (major >= 17)
        await connection.sql.unsafe(
          `alter table stakind1.pg_statistic add check (json_exists('{}'::jsonb, '$.a' passing stakind1 as staop1))`,
        );
      if (major >= 18) await connection.sql.unsafe(newer);
      // Who may read no table can read what it is.
      await connection.sql.unsafe('create role definitions_reader; set role definitions_reader');
      const catalog = await introspect(connection);
      await connection.sql.unsafe('reset role; drop role definitions_reader');
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
          union all select 'default', n.nspname || '|' || c.relname || '|' || a.attname, pg_get_expr(d.adbin, d.adrelid)
          from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
          join pg_class c on c.oid = d.adrelid join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r'
          order by 1, 2`;
      });
      const read = (['constraint', 'default', 'index'] as const).flatMap((kind) =>
        [...entriesOf(catalog, kind)].map(({ id, attrs }) => ({
          kind,
          name: `${id.schema}|${'table' in id ? id.table : (attrs['table'] as string)}|${id.name}`,
          definition: attrs[kind === 'default' ? 'expression' : 'definition'],
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
