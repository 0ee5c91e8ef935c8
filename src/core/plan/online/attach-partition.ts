/**
 * A new partition → before it, a check equal to its bound, validated while the table is in use: the server then need
 * not read it (PostgreSQL's manual, ALTER TABLE, ATTACH PARTITION). Likewise of the default partition of its parent, in
 * which the server would look for rows of the new one.
 */
import { identifier, qualified } from '../../../sql/quote.ts';
import { lastingDefault } from '../../kinds/default-partition.ts';
import type { Sides } from '../../kinds/kind.ts';
import { columnAt } from '../../kinds/family.ts';
import { childrenOf } from '../../kinds/parents.ts';
import type { PartitionAttributes } from '../../kinds/parts.ts';
import { find } from '../../model/catalog.ts';
import type { PartitionId, TableId } from '../../model/id.ts';
import { type PartitionKey, conditionOf, defaultCondition, partitionKeyOf } from './bound.ts';
import { type Part, type Rewriting, attributeOf, passingName, validate } from './rewriting.ts';

export const attachPartition: Rewriting = {
  rewrite({ about, statement }, sides) {
    if (about.kind !== 'partition' && about.kind !== 'table') return undefined;
    if (!/^CREATE [^(]*\n {2}PARTITION OF | ATTACH PARTITION /.test(statement.sql)) return undefined;
    const { schema, name } = about;
    const id: PartitionId = { kind: 'partition', schema, name };
    const attrs = find<PartitionId, PartitionAttributes>(sides.to, id)?.attrs;
    if (attrs === undefined) return undefined;
    const parent: TableId = { kind: 'table', schema: attrs.parentSchema, name: attrs.parentTable };
    const text = attributeOf(sides, parent, 'partitionKey');
    const key = typeof text === 'string' ? partitionKeyOf(text) : undefined;
    if (key === undefined) return undefined;
    const table: TableId = { kind: 'table', schema, name };
    const condition = boundOf(table, attrs, key, parent, sides);
    if (condition === undefined) return undefined;
    const other = attrs.bound === 'DEFAULT' ? undefined : lastingDefault(parent, sides);
    const checked = [
      ...(isThere(table, sides)
        ? [{ table, check: passingName(`${name}_bound`, table, sides), condition }]
        : []),
      ...(other !== undefined && isThere(other, sides)
        ? [{ table: other, check: passingName(`not_${name}`, other, sides), condition: `NOT ${condition}` }]
        : []),
    ];
    if (checked.length === 0) return undefined;
    const proven = new Set(checked.map((each) => qualified(each.table.schema, each.table.name)));
    return around(checked, {
      sql: statement.sql,
      locks: statement.locks,
      hazards: statement.hazards.filter((hazard) => hazard.name !== 'scan' || !proven.has(hazard.object)),
      completes: true,
    });
  },
};

interface Checked {
  readonly table: TableId;
  readonly check: string;
  readonly condition: string;
}

/** @returns the checks, not valid and then validated; the statement; and the checks' end. */
function around(checked: readonly Checked[], statement: Part): Part[] {
  const relationOf = ({ table }: Checked) => qualified(table.schema, table.name);
  const exclusive = (each: Checked) => [{ mode: 'ACCESS EXCLUSIVE', relation: relationOf(each) }] as const;
  return [
    ...checked.map((each): Part => {
      const [relation, check] = [relationOf(each), identifier(each.check)];
      return {
        sql: `ALTER TABLE ${relation} ADD CONSTRAINT ${check} CHECK (${each.condition}) NOT VALID`,
        locks: exclusive(each),
        undo: {
          sql: `ALTER TABLE ${relation} DROP CONSTRAINT IF EXISTS ${check}`,
          locks: exclusive(each),
        },
      };
    }),
    ...checked.map((each, at): Part => {
      const relation = relationOf(each);
      const locks = [{ mode: 'SHARE UPDATE EXCLUSIVE', relation }] as const;
      return { ...validate(relation, identifier(each.check), locks), later: at === 0 };
    }),
    { ...statement, later: true },
    ...checked.map((each): Part => ({
      sql: `ALTER TABLE ${relationOf(each)} DROP CONSTRAINT ${identifier(each.check)}`,
      locks: exclusive(each),
    })),
  ];
}

/** Foreign tables are never read. */
const isThere = (table: TableId, sides: Sides): boolean => attributeOf(sides, table, 'kind') !== undefined;

/** Types whose values no collation compares. A function is called with its arguments' collation, and a check can have no call without it. */
const uncollated =
  /^(?:smallint|integer|bigint|oid|numeric|real|double precision|boolean|date|uuid|bytea|inet|cidr|macaddr|money|interval|(?:time|timestamp) with(?:out)? time zone)\b[^[\]]*$/;

function boundOf(
  partition: TableId,
  { bound }: PartitionAttributes,
  key: PartitionKey,
  parent: TableId,
  { to }: Sides,
): string | undefined {
  if (bound === 'DEFAULT') {
    const others = childrenOf(to, parent)
      .filter(({ schema, name }) => schema !== partition.schema || name !== partition.name)
      .map(({ schema, name }) =>
        find<PartitionId, PartitionAttributes>(to, { kind: 'partition', schema, name })!,
      );
    return others.length === 0
      ? undefined
      : defaultCondition(
          key,
          others.map(({ attrs }) => attrs.bound),
        );
  }
  if (key.strategy === 'HASH') {
    const types = key.items.map(
      (item) =>
        columnAt(to, {
          kind: 'column',
          schema: parent.schema,
          table: parent.name,
          name: item.replaceAll('"', ''),
        })?.attrs.type,
    );
    if (!types.every((type) => type !== undefined && uncollated.test(type))) return undefined;
  }
  return conditionOf(key, bound, qualified(parent.schema, parent.name));
}
