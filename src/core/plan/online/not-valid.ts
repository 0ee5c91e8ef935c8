/** ADD FOREIGN KEY or CHECK → NOT VALID, which reads no row, then VALIDATE in a later transaction, which keeps nobody out. */
import { type TableId, keyOf } from '../../model/id.ts';
import { identifier, qualified } from '../../../sql/quote.ts';
import { type Rewriting, isPartitioned, validate } from './rewriting.ts';

export const notValid: Rewriting = {
  rewrite({ about, statement }, sides) {
    if (about.kind !== 'constraint') return undefined;
    const relation = qualified(about.schema, about.table);
    const name = identifier(about.name);
    const head = `ALTER TABLE ${relation} ADD CONSTRAINT ${name} `;
    if (!statement.sql.startsWith(head)) return undefined;
    const definition = statement.sql.slice(head.length);
    const isForeignKey = definition.startsWith('FOREIGN KEY ');
    if (!isForeignKey && !definition.startsWith('CHECK ')) return undefined;
    if (/ NOT (VALID|ENFORCED)$/.test(definition)) return undefined;
    const table: TableId = { kind: 'table', schema: about.schema, name: about.table };
    if (!sides.from.entries.has(keyOf(table))) return undefined;
    // Before 18 a partitioned table takes no foreign key that is NOT VALID.
    if (isForeignKey && isPartitioned(sides, table)) return undefined;
    const others = statement.locks.filter((lock) => lock.relation !== relation);
    return [
      { sql: `${statement.sql} NOT VALID`, locks: statement.locks, completes: true },
      validate(relation, name, [
        { mode: 'SHARE UPDATE EXCLUSIVE', relation },
        ...others.map((lock) => ({ ...lock, mode: 'ROW SHARE' as const })),
      ]),
    ];
  },
};
