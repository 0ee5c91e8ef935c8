/** SET NOT NULL → a check that the column has no null, validated while the table is in use: the server then need not look again (PostgreSQL's manual, ALTER TABLE, SET NOT NULL). */
import { keyOf } from '../../model/id.ts';
import { identifier, qualified } from '../../../sql/quote.ts';
import { isOfMakingWay } from '../../kinds/not-null-merged.ts';
import { usualName } from '../../kinds/not-null.ts';
import { type Rewriting, passingName, validate } from './rewriting.ts';

export const setNotNull: Rewriting = {
  rewrite({ about, statement }, sides) {
    if (about.kind !== 'column' || statement.requires.some(isOfMakingWay)) return undefined;
    const { schema, table, name: column } = about;
    const relation = qualified(schema, table);

    const { sql } = statement;
    const plain = `ALTER TABLE ${relation} ALTER COLUMN ${identifier(column)} SET NOT NULL`;
    // From 18, by the constraint's name.
    const named = `ALTER TABLE ${relation} ADD CONSTRAINT ${identifier(usualName(about))} NOT NULL ${identifier(column)}`;
    if (
      (sql !== plain && sql !== named) ||
      !sides.from.entries.has(keyOf({ kind: 'table', schema, name: table }))
    )
      return undefined;
    const tableId = { kind: 'table', schema, name: table } as const;
    const check = identifier(passingName(`${table}_${column}_is_not_null`, tableId, sides));
    const locks = [{ mode: 'ACCESS EXCLUSIVE', relation }] as const;
    return [
      {
        sql: `ALTER TABLE ${relation} ADD CONSTRAINT ${check} CHECK (${identifier(column)} IS NOT NULL) NOT VALID`,
        locks,
        undo: { sql: `ALTER TABLE ${relation} DROP CONSTRAINT IF EXISTS ${check}`, locks },
      },
      validate(relation, check, [{ mode: 'SHARE UPDATE EXCLUSIVE', relation }]),
      { sql, locks, completes: true, later: true },
      { sql: `ALTER TABLE ${relation} DROP CONSTRAINT ${check}`, locks },
    ];
  },
};
