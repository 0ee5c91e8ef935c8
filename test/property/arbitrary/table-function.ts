/** Functions that read tables. */
import fc from 'fast-check';
import { identifier, qualified } from '../../../src/sql/quote.ts';
import { carried, flag, oneOf, schema, sometimes } from './common.ts';
import { carriedPieces, piece, type Carried, type Family } from './family.ts';
import { tableAt, tablesAndPartitioned } from './relation.ts';

export const tableFunction: Family<{
  schema: string;
  carried: Carried;
  table: string;
  rows: boolean;
  returns: string;
  language: string;
  where: boolean;
  limit: number | null;
}> = {
  name: 'table function',
  slots: ['rows_of', 'other_rows'],
  filled: 6,
  arbitrary: fc.record({
    schema,
    carried,
    table: oneOf(...tablesAndPartitioned),
    rows: flag(5),
    returns: oneOf('count', 'table'),
    language: oneOf('sql', 'body', 'plpgsql'),
    where: flag(3),
    limit: sometimes(oneOf(5, 10)),
  }),
  pieces(slot, value, world) {
    const { schema, carried, table, where, limit } = value;
    // A row's columns have the order of the table, which a plan cannot change: nothing that writes them out has such rows.
    const returns = slot === 'rows_of' && value.rows ? 'rows' : value.returns;
    const language = returns === 'rows' && value.language === 'body' ? 'sql' : value.language;
    const on = tableAt(table, world);
    if (on === undefined) return [];
    const name = qualified(schema, slot);
    const column = identifier(on.list[0]!);
    const what = { rows: '*', count: 'count(*)', table: `${column}::text` }[returns]!;
    const filter = where ? ` where ${column} is not null` : '';
    const query = `select ${what} from ${on.name}${filter}${limit === null ? '' : ` limit ${limit}`}`;
    const type = { rows: `setof ${on.name}`, count: 'bigint', table: 'table (said text)' }[returns]!;
    const body = {
      sql: `language sql as $$ ${query} $$`,
      body: `language sql begin atomic ${query}; end`,
      plpgsql: `language plpgsql as $$ begin ${returns === 'count' ? `return (${query})` : `return query ${query}`}; end $$`,
    }[language]!;
    return [
      piece('table function', `create function ${name}() returns ${type} stable ${body}`),
      ...carriedPieces(carried, 'function', `${name}()`, 'execute'),
    ];
  },
};
