/**
 * A new partition → before it, a check equal to its bound, validated while the table is in use: the server then need
 * not read it (PostgreSQL's manual, ALTER TABLE, ATTACH PARTITION). Likewise of the default partition of its parent, in
 * which the server would look for rows of the new one. And the indexes and keys of the parent that the table lacks.
 */
import { identifier, qualified } from '../../../sql/quote.ts';
import { lastingDefault } from '../../kinds/default-partition.ts';
import { lackingOn, targetRelieved } from '../../kinds/index-parts.ts';
import type { Sides } from '../../kinds/kind.ts';
import { columnAt } from '../../kinds/family.ts';
import { childrenOf } from '../../kinds/parents.ts';
import type { PartitionAttributes } from '../../kinds/parts.ts';
import { find } from '../../model/catalog.ts';
import type { PartitionId, TableId } from '../../model/id.ts';
import { type PartitionKey, conditionOf, defaultCondition, partitionKeyOf } from './bound.ts';
import { madeOnPartitions } from './made-on-partitions.ts';
import { isMadeOnPartitions, joiningInUse } from './partitions-in-use.ts';
import { type Part, type Rewriting, attributeOf, inSteps, passingName, validate } from './rewriting.ts';

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
    const table: TableId = { kind: 'table', schema, name };
    const condition = key && boundOf(table, attrs, key, parent, sides);
    const other = attrs.bound === 'DEFAULT' ? undefined : lastingDefault(parent, sides);
    const checked: Checked[] = [];
    if (condition !== undefined && isThere(table, sides))
      checked.push({ table, check: passingName(`${name}_bound`, table, sides), condition });
    if (condition !== undefined && other !== undefined && isThere(other, sides))
      checked.push({
        table: other,
        check: passingName(`not_${name}`, other, sides),
        condition: `NOT ${condition}`,
      });
    // What it lacks of its parent's, the server would make while nobody can use it.
    const lacking = isThere(table, sides) ? lackingOn(table, sides) : [];
    const made = lacking.filter(isMadeOnPartitions).flatMap((entry) => {
      const each = madeOnPartitions(entry, joiningInUse(table, sides), sides);
      return each === undefined ? [] : [each];
    });
    if (checked.length + made.length === 0) return undefined;
    const proven = new Set(checked.map((each) => qualified(each.table.schema, each.table.name)));
    if (made.length < lacking.length) proven.delete(qualified(schema, name));
    const attach: Part = {
      sql: statement.sql,
      locks: [...statement.locks, ...lacking.flatMap(targetRelieved)],
      hazards: statement.hazards.filter((hazard) => hazard.name !== 'scan' || !proven.has(hazard.object)),
      completes: true,
    };
    const checks = around(checked);
    return inSteps(
      [...checks.added, ...made.flatMap(({ added }) => added)],
      [...checks.validated, ...made.flatMap(({ validated }) => validated)],
      made.flatMap(({ built }) => built),
      [
        ...made.flatMap(({ keys }) => keys.map((each) => ({ ...each, makes: false }))),
        attach,
        ...checks.dropped,
      ],
    );
  },
};

interface Checked {
  readonly table: TableId;
  readonly check: string;
  readonly condition: string;
}

/** The checks' beginning and end. */
function around(checked: readonly Checked[]): Record<'added' | 'validated' | 'dropped', Part[]> {
  const relationOf = ({ table }: Checked) => qualified(table.schema, table.name);
  const exclusive = (each: Checked) => [{ mode: 'ACCESS EXCLUSIVE', relation: relationOf(each) }] as const;
  return {
    added: checked.map((each): Part => {
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
    validated: checked.map((each): Part => {
      const relation = relationOf(each);
      return validate(relation, identifier(each.check), [{ mode: 'SHARE UPDATE EXCLUSIVE', relation }]);
    }),
    dropped: checked.map((each): Part => ({
      sql: `ALTER TABLE ${relationOf(each)} DROP CONSTRAINT ${identifier(each.check)}`,
      locks: exclusive(each),
    })),
  };
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
