/** ATTACH PARTITION → a check equal to the bound, validated while the table is in use: the server then need not read it (PostgreSQL's manual, ALTER TABLE, ATTACH PARTITION). */
import { identifier, qualified } from '../../../sql/quote.ts';
import type { PartitionAttributes } from '../../kinds/parts.ts';
import { keyOf } from '../../model/id.ts';
import { type Rewriting, attributeOf, passingName, validate } from './rewriting.ts';

export const attachPartition: Rewriting = {
  rewrite({ about, statement }, sides) {
    if (about.kind !== 'partition' || !statement.sql.includes(' ATTACH PARTITION ')) return undefined;
    const { schema, name: table } = about;
    const entry = sides.to.entries.get(keyOf(about));
    if (entry === undefined || !sides.from.entries.has(keyOf({ kind: 'table', schema, name: table })))
      return undefined;
    const { parentSchema, parentTable, bound } = entry.attrs as unknown as PartitionAttributes;
    const parent = { kind: 'table', schema: parentSchema, name: parentTable } as const;
    const condition = conditionOf(attributeOf(sides, parent, 'partitionKey'), bound);
    if (condition === undefined) return undefined;
    const relation = qualified(schema, table);
    const tableId = { kind: 'table', schema, name: table } as const;
    const check = identifier(passingName(`${table}_bound`, tableId, sides));
    const locks = [{ mode: 'ACCESS EXCLUSIVE', relation }] as const;
    return [
      {
        sql: `ALTER TABLE ${relation} ADD CONSTRAINT ${check} CHECK (${condition}) NOT VALID`,
        locks,
        undo: { sql: `ALTER TABLE ${relation} DROP CONSTRAINT IF EXISTS ${check}`, locks },
      },
      validate(relation, check, [{ mode: 'SHARE UPDATE EXCLUSIVE', relation }]),
      { sql: statement.sql, locks: statement.locks, completes: true, later: true },
      { sql: `ALTER TABLE ${relation} DROP CONSTRAINT ${check}`, locks },
    ];
  },
};

/** @returns the bound as a condition on the rows, or undefined where the key is more than one column, or the bound no plain one. */
function conditionOf(key: unknown, bound: string): string | undefined {
  const column =
    typeof key === 'string' ? /^(RANGE|LIST) \(((?:"(?:[^"]|"")*")|[a-z_][\w$]*)\)$/.exec(key) : null;
  if (column === null) return undefined;
  const [, strategy, name] = column;
  if (strategy === 'LIST') {
    const values = /^FOR VALUES IN \(([^]*)\)$/.exec(bound)?.[1];
    return values === undefined || /\bNULL\b/.test(values)
      ? undefined
      : `${name} IS NOT NULL AND ${name} IN (${values})`;
  }
  const value = String.raw`(MINVALUE|MAXVALUE|'(?:[^']|'')*'|-?[\d.]+)`;
  const range = new RegExp(String.raw`^FOR VALUES FROM \(${value}\) TO \(${value}\)$`).exec(bound);
  if (range === null) return undefined;
  return [
    `${name} IS NOT NULL`,
    ...(range[1] === 'MINVALUE' ? [] : [`${name} >= ${range[1]}`]),
    ...(range[2] === 'MAXVALUE' ? [] : [`${name} < ${range[2]}`]),
  ].join(' AND ');
}
