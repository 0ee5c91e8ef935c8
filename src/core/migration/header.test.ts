import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Statement, lockModes, plain } from '../model/statement.ts';
import { type MigrationDraft, parseMigration, printMigration } from './header.ts';

const statement = (sql: string, more: Partial<Statement> = {}): Statement => ({
  ...plain,
  sql,
  ...more,
});
const draft = (more: Partial<MigrationDraft> = {}): MigrationDraft => ({
  domain: 'auth',
  transaction: 'on',
  requires: [],
  up: [statement('CREATE TABLE auth.users (id int)')],
  down: [statement('DROP TABLE auth.users')],
  downLoss: [],
  ...more,
});

/** How node-pg-migrate itself cuts a file: the oracle for where our sections begin and end. */
async function cutByNodePgMigrate(text: string): Promise<{ up: string; down: string | undefined }> {
  const main = createRequire(import.meta.url).resolve('node-pg-migrate/package.json');
  const url = pathToFileURL(join(dirname(main), 'dist/legacy/sqlMigration.js')).href;
  const { getActions } = (await import(url)) as {
    getActions: (
      text: string,
    ) => Record<'up' | 'down', false | ((pgm: { sql: (text: string) => void }) => void)>;
  };
  const actions = getActions(text);
  const taken = (direction: 'up' | 'down') => {
    let found: string | undefined;
    const action = actions[direction];
    if (action !== false) action({ sql: (sql) => (found = sql) });
    return found;
  };
  return { up: taken('up')!, down: taken('down') };
}

const names = fc.constantFrom('auth.users', '"Auth"."Us;er: s"', 'a."b""c"', 'public.t');
const hazard = fc.record({
  name: fc.constantFrom('data-loss', 'rewrite', 'long-lock'),
  object: names,
  detail: fc.constantFrom('drops column email and its values', 'a: b; c', 'writes — é'),
});
const anyStatement = fc
  .record({
    sql: fc.constantFrom(
      "CREATE TABLE t (a text DEFAULT '{x};')",
      'CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN -- ;\n RETURN 1; END $$',
      'SELECT 1 -- no end',
      `COMMENT ON SCHEMA auth IS 'c''est "l''été"; --'`,
    ),
    locks: fc.array(fc.record({ mode: fc.constantFrom(...lockModes), relation: names }), { maxLength: 3 }),
    hazards: fc.array(hazard, { maxLength: 2 }),
  })
  .map(({ sql, ...more }) => statement(sql, more as Partial<Statement>));
const anyDraft: fc.Arbitrary<MigrationDraft> = fc.record({
  domain: fc.constantFrom('auth', '_cluster', 'a-b'),
  transaction: fc.constantFrom('on', 'off'),
  requires: fc.array(
    fc.record({
      domain: fc.constantFrom('tenants', '_cluster'),
      version: fc.constantFrom('20261121093000002', '20261121093000'),
    }),
    { maxLength: 2 },
  ),
  up: fc.array(anyStatement, { minLength: 1, maxLength: 4 }),
  down: fc.array(anyStatement, { maxLength: 4 }),
  downLoss: fc.array(fc.constantFrom('the values of auth.users.email', 'auth.users: its rows'), {
    maxLength: 2,
  }),
});

describe('what is printed is read back', () => {
  test('every draft', () => {
    fc.assert(
      fc.property(anyDraft, (draft) => {
        const text = printMigration(draft);
        const parsed = parseMigration(text);
        expect(parsed.problems).toEqual([]);
        expect(parsed).toMatchObject({ domain: draft.domain, transaction: draft.transaction });
        expect(parsed.requires).toEqual(draft.requires);
        expect(parsed.downLoss).toEqual(draft.downLoss);
        for (const direction of ['up', 'down'] as const) {
          const section = parsed[direction]!;
          expect(section.statements.map(({ text }) => text.replace(/\n$/, ''))).toEqual(
            draft[direction].map(({ sql }) => sql.replace(/ -- no end$/, '')),
          );
          expect(section.declared).toEqual(
            draft[direction]
              .map(({ locks, hazards }, index) => ({ number: index + 1, locks, hazards }))
              .filter(({ locks, hazards }) => locks.length + hazards.length > 0),
          );
          for (const each of section.statements) expect(text.slice(each.start, each.end)).toBe(each.text);
        }
        expect(printMigration(draft)).toBe(text);
      }),
    );
  });

  test('node-pg-migrate cuts it at the same places', async () => {
    await fc.assert(
      fc.asyncProperty(anyDraft, async (draft) => {
        const text = printMigration(draft);
        const { up, down } = parseMigration(text);
        const theirs = await cutByNodePgMigrate(text);
        expect(text.slice(up!.start, up!.end).trim()).toBe(theirs.up.trim());
        expect(text.slice(down!.start, down!.end).trim()).toBe(theirs.down!.trim());
      }),
    );
  });
});

test('a name cannot end the comment that it stands in', () => {
  const name = 'auth."x\nDROP TABLE y; --"';
  const text = printMigration(
    draft({
      up: [
        statement('SELECT 1', {
          locks: [{ mode: 'SHARE', relation: name }],
          hazards: [{ name: 'data-loss', object: name, detail: 'drops\u2028it\r\nall' }],
        }),
      ],
      downLoss: ['a\nDROP TABLE z;'],
    }),
  );
  expect(parseMigration(text).up!.statements.map((each) => each.text)).toEqual(['SELECT 1']);
  expect(text.split(/[\n\r\u2028]/).filter((line) => line.startsWith('DROP'))).toEqual([
    'DROP TABLE auth.users;',
  ]);
});

test('a statement with a line that begins a section is refused, for node-pg-migrate would cut there', () => {
  expect(() => printMigration(draft({ up: [statement('SELECT 1\n  -- down Migration of x\n')] }))).toThrow(
    /reads like the start of a section/,
  );
});

describe('files that people write', () => {
  test('no header: in a transaction, nothing declared', () => {
    const parsed = parseMigration('-- Up Migration\r\nselect 1;\r\nselect 2;\r\n');
    expect(parsed).toMatchObject({ transaction: 'on', requires: [], problems: [] });
    expect(parsed.up!.statements.map(({ text }) => text)).toEqual(['select 1', 'select 2']);
    expect(parsed.down).toBeUndefined();
  });
  test('Down before Up, and the transaction mode under the marker', () => {
    const parsed = parseMigration(
      '--- DOWN migration\nselect 2;\n--up   migration\n-- transaction: off\nselect 1;',
    );
    expect(parsed.transaction).toBe('off');
    expect(parsed.up!.statements.map(({ text }) => text)).toEqual(['select 1']);
    expect(parsed.down!.statements.map(({ text }) => text)).toEqual(['select 2']);
  });
  test('what cannot be read is told with its place', () => {
    const text = '-- transaction: of\n-- requires: auth\n-- Up Migration\nselect 1;\n-- Up migration\n';
    const { problems } = parseMigration(text);
    expect(problems.map(({ offset }) => text.slice(offset).split('\n')[0])).toEqual([
      '-- transaction: of',
      '-- requires: auth',
      '-- Up migration',
    ]);
  });
  test('no section at all', () => {
    expect(parseMigration('create table t (a int);').up).toBeUndefined();
  });
});

test('docs/formats.md shows a header that is read as it says', () => {
  const docs = readFileSync(new URL('../../../docs/formats.md', import.meta.url), 'utf8');
  const example = /## Migration[\s\S]*?```sql\n([\s\S]*?)```/.exec(docs)![1]!;
  const parsed = parseMigration(example);
  expect(parsed.problems).toEqual([]);
  expect(parsed.domain).toBe('auth');
  expect(parsed.requires.length).toBeGreaterThan(0);
  expect(parsed.up!.declared.map(({ number }) => number)).toEqual(
    parsed.up!.statements.map((_, index) => index + 1),
  );
  expect(parsed.down!.declared[0]!.hazards[0]!.name).toBe('data-loss');
  expect(parsed.downLoss).not.toEqual([]);
});
