/** The names of tables' columns by number: for what tells its columns so, and is put together here. */
import type { Reading } from './reading.ts';

interface ColumnName {
  readonly name: string;
  /** As the server quotes it. */
  readonly quoted: string;
}

/** The only system column that a constraint may name. */
const tableOid = { number: -6, name: { name: 'tableoid', quoted: 'tableoid' } };

/** @returns the names of some columns of a relation, in the order of their numbers as given; what is no column is left out. */
export async function readColumnNames({
  sql,
}: Reading): Promise<(relation: number, numbers: readonly number[] | null) => readonly ColumnName[]> {
  const rows = await sql<{ relation: number; names: string[] }[]>`
    select a.attrelid::int8::float8 as relation, array_agg(quote_ident(a.attname) order by a.attnum) as names
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where a.attnum > 0 and c.relkind in ('r', 'p', 'f') and c.oid >= 16384
    group by a.attrelid`;
  const byRelation = new Map(rows.map(({ relation, names }) => [relation, names]));
  return (relation, numbers) => {
    const names = byRelation.get(relation);
    return (numbers ?? []).flatMap((number): readonly ColumnName[] => {
      const quoted = names?.[number - 1];
      if (number === tableOid.number) return [tableOid.name];
      return quoted === undefined ? [] : [{ name: unquoted(quoted), quoted }];
    });
  };
}

const unquoted = (quoted: string): string =>
  quoted.startsWith('"') ? quoted.slice(1, -1).replaceAll('""', '"') : quoted;
