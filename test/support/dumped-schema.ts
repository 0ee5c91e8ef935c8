/** A database's schema as pg_dump writes it, for comparison with another's. */
import type { Address } from '../../src/db/connect.ts';
import { dumpStatements, pgDump } from './pg-dump.ts';

/** @returns its statements, sorted. Column order of a table aside, and with it of its statistics: it cannot be changed, and nothing depends on it. */
export async function dumpedSchema(address: Address): Promise<string[]> {
  const statements = dumpStatements(await pgDump(address, ['--schema-only', '--no-owner']), { sorted: true });
  return statements.map((statement) => {
    const measured = /^(CREATE STATISTICS [^]* ON )([^]*)( FROM [^]*)$/.exec(statement);
    if (measured !== null) {
      // The columns come before the expressions; those stay in their order.
      const [, columns, expressions] = /^((?:(?:"[^"]*"|[\w$]+)(?:, |$))*)([^]*)$/.exec(measured[2]!)!;
      const sorted = columns!
        .split(', ')
        .filter((name) => name !== '')
        .sort();
      return `${measured[1]!}${[...sorted, expressions!].join(', ')}${measured[3]!}`;
    }
    const table = /^(CREATE (?:UNLOGGED |FOREIGN )?TABLE [^(]+\()([^]*?)(\n\)[^]*)$/.exec(statement);
    if (table === null) return statement;
    const lines = table[2]!.split(',\n').map((line) => line.trim());
    return `${table[1]!}\n${lines.sort().join(',\n')}${table[3]!}`;
  });
}
