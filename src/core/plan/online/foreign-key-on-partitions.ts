/**
 * ADD FOREIGN KEY to a partitioned table → NOT VALID on its partitions, for before 18 it can be so on no partitioned
 * table; validated there; then the parent's, which takes over its equals on every partition and reads no row.
 */
import { identifier, qualified } from '../../../sql/quote.ts';
import type { ConstraintAttributes } from '../../kinds/constraint.ts';
import type { Entry } from '../../model/entry.ts';
import { type ConstraintId, type TableId, keyOf } from '../../model/id.ts';
import type { Lock } from '../../model/statement.ts';
import { partitionsInUse } from './partitions-in-use.ts';
import { type Part, type Rewriting, isFreeIn, isPartitioned, passingName, validate } from './rewriting.ts';

export const foreignKeyOnPartitions: Rewriting = {
  rewrite({ about, statement: { sql, locks } }, sides) {
    if (about.kind !== 'constraint') return undefined;
    const table: TableId = { kind: 'table', schema: about.schema, name: about.table };
    const entry = sides.to.entries.get(keyOf(about)) as Entry<ConstraintId, ConstraintAttributes> | undefined;
    const references = entry?.attrs.references ?? null;
    const head = `ALTER TABLE ${qualified(about.schema, about.table)} ADD CONSTRAINT ${identifier(about.name)} `;
    if (entry === undefined || references === null || !sql.startsWith(head)) return undefined;
    if (!isPartitioned(sides, table) || / NOT (VALID|ENFORCED)$/.test(sql)) return undefined;
    const partitions = partitionsInUse(table, entry as unknown as Entry<ConstraintId>, sides);
    if (partitions.length === 0) return undefined;
    const target = qualified(references.schema, references.table);
    const isReplaced = sides.from.entries.has(keyOf(about));
    const named = partitions.map((each) => {
      const { schema, name } = each.table;
      const idsOf = (other: string) => [{ ...about, schema, table: name, name: other }];
      // A partition has its part under the parent's name.
      const isTaken = isReplaced || !isFreeIn([sides.from], idsOf)(about.name);
      const built =
        each.own?.id.name ?? (isTaken ? passingName(`${about.name}_new`, each.table, sides) : about.name);
      return { ...each, built, isRenamed: built !== about.name && (isReplaced || each.own !== undefined) };
    });
    const lacking = named.filter(({ own }) => own === undefined);
    const added = lacking.map(({ relation, built }): Part => {
      const constraint = identifier(built);
      return {
        sql: `ALTER TABLE ${relation} ADD CONSTRAINT ${constraint} ${sql.slice(head.length)} NOT VALID`,
        locks: both('SHARE ROW EXCLUSIVE', relation, target),
        undo: {
          sql: `ALTER TABLE ${relation} DROP CONSTRAINT IF EXISTS ${constraint}`,
          locks: both('ACCESS EXCLUSIVE', relation, target),
        },
      };
    });
    const validated = lacking.map(({ relation, built }, at): Part => ({
      ...validate(relation, identifier(built), [
        { mode: 'SHARE UPDATE EXCLUSIVE', relation },
        { mode: 'ROW SHARE', relation: target },
      ]),
      later: at === 0,
      replacement: isReplaced && at === lacking.length - 1,
    }));
    // The partitions' own triggers on what they reference give way to the parent's.
    const targetId: TableId = { kind: 'table', schema: references.schema, name: references.table };
    const relieved = [
      target,
      ...(isPartitioned(sides, targetId) ? named.map(({ relation }) => relation) : []),
    ];
    return [
      ...added,
      ...validated,
      {
        sql,
        locks: [...locks, ...relieved.map((relation): Lock => ({ mode: 'ACCESS EXCLUSIVE', relation }))],
        completes: true,
        later: true,
        destroys: named.flatMap(({ own }) => (own === undefined ? [] : [keyOf(own.id)])),
      },
      ...named
        .filter(({ isRenamed }) => isRenamed)
        .map(({ relation, built }): Part => ({
          sql: `ALTER TABLE ${relation} RENAME CONSTRAINT ${identifier(built)} TO ${identifier(about.name)}`,
          locks: [{ mode: 'ACCESS EXCLUSIVE', relation }],
        })),
    ];
  },
};

const both = (mode: Lock['mode'], ...relations: readonly string[]): Lock[] =>
  [...new Set(relations)].map((relation) => ({ mode, relation }));
