/** Functions of values: used in defaults, checks, indexes, views. Those that read tables are in `table-function.ts`. */
import fc from 'fast-check';
import { qualified } from '../../../src/sql/quote.ts';
import { carried, flag, oneOf, rarely, schema, sometimes } from './common.ts';
import { carriedPieces, nameIn, piece, type Carried, type Family } from './family.ts';

type Language = 'sql' | 'body' | 'plpgsql';
/** What is called, and what a function of one text, or of one integer, can say. */
const expressions = {
  double: ['$1 * 2', '$1 + $1', 'abs($1)'],
  tidy: ['btrim($1)', "$1 || ''", 'lower($1)'],
};

export const valueFunction: Family<{
  schema: string;
  carried: Carried;
  language: Language;
  expression: number;
  returns: number;
  parameter: string | null;
  strict: boolean;
  definer: boolean;
  cost: number | null;
  path: string | null;
  calls: boolean;
}> = {
  name: 'function',
  slots: ['double', 'tidy'],
  filled: 8,
  arbitrary: fc.record({
    schema,
    carried,
    language: oneOf<Language>('sql', 'body', 'plpgsql'),
    expression: fc.nat(2),
    returns: fc.nat(5).map((at) => Math.max(0, at - 4)),
    parameter: sometimes(oneOf('value', 'v'), 4),
    strict: flag(3),
    definer: flag(1),
    cost: rarely(oneOf(7, 500)),
    path: rarely(oneOf("''", 'pg_catalog, public')),
    calls: flag(1),
  }),
  pieces(slot, value, world) {
    const { schema, carried, language, parameter, strict, definer, cost, path } = value;
    const isNumber = slot === 'double';
    const type = isNumber ? 'integer' : 'text';
    const returns = (isNumber ? ['integer', 'bigint'] : ['text', 'varchar'])[value.returns]!;
    const name = qualified(schema, slot);
    const plain = expressions[isNumber ? 'double' : 'tidy'][value.expression]!;
    const other = value.calls && !isNumber ? nameIn(world, 'function', 'double') : undefined;
    const expression = other === undefined ? plain : `${plain} || ${other}(1)`;
    const body = {
      sql: `as $$ select ${expression} $$`,
      body: `return ${expression}`,
      plpgsql: `as $$ begin return ${expression}; end $$`,
    }[language];
    return [
      piece(
        'function',
        [
          `create function ${name}(${parameter ?? ''} ${type}) returns ${returns}`,
          `language ${language === 'plpgsql' ? 'plpgsql' : 'sql'} immutable`,
          ...(strict ? ['strict'] : []),
          ...(definer ? ['security definer'] : []),
          ...(cost === null ? [] : [`cost ${cost}`]),
          ...(path === null ? [] : [`set search_path = ${path}`]),
          body,
        ].join(' '),
      ),
      ...carriedPieces(carried, 'function', `${name}(${type})`, 'execute'),
    ];
  },
};

export const aggregate: Family<{ schema: string; carried: Carried; initial: string | null }> = {
  name: 'aggregate',
  slots: ['summed'],
  filled: 2,
  arbitrary: fc.record({ schema, carried, initial: sometimes(oneOf('0', '5')) }),
  pieces(slot, { schema, carried, initial }) {
    const name = qualified(schema, slot);
    const options = [
      `sfunc = int4pl`,
      'stype = integer',
      ...(initial === null ? [] : [`initcond = '${initial}'`]),
    ];
    return [
      piece('function', `create aggregate ${name}(integer) (${options.join(', ')})`),
      ...carriedPieces(carried, 'aggregate', `${name}(integer)`),
    ];
  },
};

export const procedure: Family<{ schema: string; carried: Carried; body: number; overload: boolean }> = {
  name: 'procedure',
  slots: ['do_it'],
  filled: 3,
  arbitrary: fc.record({ schema, carried, body: fc.nat(1), overload: flag(3) }),
  pieces(slot, { schema, carried, body, overload }) {
    const name = qualified(schema, slot);
    const text = ['begin null; end', 'begin perform 1; end'][body]!;
    return [
      piece(
        'function',
        `create procedure ${name}(a integer, inout b text) language plpgsql as $$ ${text} $$`,
      ),
      ...(overload
        ? [piece('function', `create procedure ${name}(variadic a text[]) language plpgsql as $$ ${text} $$`)]
        : []),
      ...carriedPieces(carried, 'procedure', `${name}(integer, text)`, 'execute'),
    ];
  },
};
