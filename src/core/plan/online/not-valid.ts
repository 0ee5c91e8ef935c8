/** ADD FOREIGN KEY or CHECK → NOT VALID, which reads no row, then VALIDATE in a later transaction, which keeps nobody out. */
import { type TableId, keyOf } from '../../model/id.ts';
import { type Rewriting, addedConstraint, isPartitioned, validate } from './rewriting.ts';

export const notValid: Rewriting = {
  rewrite(planned, sides) {
    const added = addedConstraint(planned);
    if (added === undefined) return undefined;
    const { id, relation, name, definition } = added;
    const { statement } = planned;
    const isForeignKey = definition.startsWith('FOREIGN KEY ');
    if (!isForeignKey && !definition.startsWith('CHECK ')) return undefined;
    if (/ NOT (VALID|ENFORCED)$/.test(definition)) return undefined;
    const table: TableId = { kind: 'table', schema: id.schema, name: id.table };
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
