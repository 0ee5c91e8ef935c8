import * as fc from 'fast-check';
import { loadModule, parseSync } from 'libpg-query';
import { beforeAll, describe, expect, test } from 'vitest';
import { splitStatements } from './split.ts';

beforeAll(loadModule);

/** The oracle: how PostgreSQL's own grammar cuts it. Its offsets are bytes. */
function cutByGrammar(sql: string): string[] {
  const bytes = Buffer.from(sql);
  const { stmts = [] } = parseSync(sql) as { stmts?: { stmt_location?: number; stmt_len?: number }[] };
  return stmts.map(({ stmt_location = 0, stmt_len }) =>
    bytes.subarray(stmt_location, stmt_len === undefined ? undefined : stmt_location + stmt_len).toString(),
  );
}
const cut = (sql: string) => splitStatements(sql).map(({ text }) => text);

const pieces = [
  'select 1',
  `select 'it''s; fine', "a;""b", E'\\';', U&'d\\0061t;a', N'x', $$;$$, $x$ $$ ; $y$ $x$`,
  `select E'a;\\''\n  ';b\\''`,
  'select 1 /* ; /* nested ; */ ; */ + 2',
  'select 1 -- ; no end\n + 2',
  'select a$b, 1e5, 1.5e-3, $1 from "Ünïcode" é',
  `create function f(a int default (1)) returns int language sql begin atomic select 1; select case when true then 2 else 3 end; end`,
  `create or replace procedure public.p() begin atomic insert into t values (1); end`,
  `create function g() returns text language plpgsql as $body$ begin perform ';'; return $q$;$q$; end $body$`,
  `create rule r as on insert to t do also (insert into u values (1); delete from v)`,
  `create table "begin" (atomic int, "case" text default 'case;')`,
  'begin',
  'end',
  'do $é$ begin null; end $é$',
  `insert into t values ('{braces}; %I \\'), (E'\\\\'), ('€ 😀;')`,
  'create index concurrently i on t (a)',
  "select a::text||'x'--;\n||'y'",
  'select 1 as "end;"',
];

describe('splitStatements cuts as the grammar does', () => {
  test.each(pieces)('%s', (piece) => {
    expect(cut(`${piece};`)).toEqual([piece]);
    expect(cut(`${piece};`)).toEqual(cutByGrammar(`${piece};`).map((text) => text.trimEnd()));
  });

  test('any sequence of statements, with any blank between them', () => {
    const blank = fc.constantFrom('', ' ', '\n', '\r\n', '-- c; c\n', '/* ;é */', ';', '\t;;\n');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...pieces), blank, blank), { minLength: 1 }), (parts) => {
        const sql = parts.map(([piece, before, after]) => `${before}${piece}\n;${after}`).join('');
        expect(cut(sql)).toEqual(parts.map(([piece]) => piece));
        expect(cutByGrammar(sql).map((text) => text.trimEnd())).toEqual(parts.map(([piece]) => piece));
        for (const { text, start, end } of splitStatements(sql)) expect(sql.slice(start, end)).toBe(text);
      }),
    );
  });
});

test('the verb is the first words, whatever stands between them', () => {
  expect(splitStatements('CREATE /* x */ Unique\nINDEX concurrently i ON t (a)')[0]?.verb).toBe(
    'create unique index concurrently',
  );
});

test('text that nothing closes is one statement, and no loop', () => {
  for (const open of ["select '", 'select "a', 'select $$ ; ', '/* ', 'select (;', "select E'\\"])
    expect(cut(open).length).toBeLessThanOrEqual(1);
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void splitStatements(text)));
});
