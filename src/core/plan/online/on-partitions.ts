/**
 * Indexes, unique and primary keys and foreign keys of a partitioned table → first on its partitions: CONCURRENTLY, or NOT
 * VALID, which before 18 no partitioned table's can be. What then makes them on the parent finds their equals on every
 * partition and takes these over, and reads no row (PostgreSQL's manual, CREATE INDEX). So too where a partition has
 * come meanwhile that no catalog knew of, which gets its own: ONLY and ATTACH would leave the index invalid for want of it.
 */
import type { ConstraintAttributes } from '../../kinds/constraint.ts';
import { type Owned, ownerOf, renamedPart, targetRelieved } from '../../kinds/index-parts.ts';
import { nameFreed } from '../../kinds/relation-name.ts';
import type { Sides } from '../../kinds/kind.ts';
import { find } from '../../model/catalog.ts';
import { type TableId, keyOf } from '../../model/id.ts';
import type { Lock } from '../../model/statement.ts';
import { madeOnPartitions } from './made-on-partitions.ts';
import {
  type OnPartition,
  type OwnedId,
  isMadeOnPartitions,
  isTakenOver,
  partitionsInUse,
} from './partitions-in-use.ts';
import { type Part, type Rewriting, inSteps, isPartitioned } from './rewriting.ts';

export const onPartitions: Rewriting = {
  rewrite({ about, statement: { sql, locks } }, sides) {
    if (about.kind !== 'index' && about.kind !== 'constraint') return undefined;
    const entry = find<OwnedId>(sides.to, about);
    if (entry === undefined || entry.attrs['type'] === 'c' || !isMadeOnPartitions(entry)) return undefined;
    const table: TableId = { kind: 'table', schema: about.schema, name: ownerOf(entry) };
    if (!isPartitioned(sides, table) || !/^CREATE (UNIQUE )?INDEX | ADD CONSTRAINT /.test(sql))
      return undefined;
    const partitions = partitionsInUse(table, entry, sides);
    const made = partitions.length === 0 ? undefined : madeOnPartitions(entry, partitions, sides);
    if (made === undefined) return undefined;
    const taken = partitions.flatMap(({ own }) => (own === undefined ? [] : [keyOf(own.id)]));
    const all = [...locks, ...relieved(entry, partitions, sides)];
    const rename = made.misnamed.map(({ partition, is, final }) => renaming(entry, partition, is, final));
    return inSteps(made.added, made.validated, made.built, [
      ...made.keys,
      { sql, locks: all, completes: true, destroys: taken },
      ...rename,
    ]);
  },
};

/** What of a partition's own becomes part of its parent's needs no drop. */
export const takenOver: Rewriting = {
  rewrite({ about, statement }, sides) {
    if (about.kind !== 'index' && about.kind !== 'constraint') return undefined;
    if (!statement.destroys.includes(keyOf(about)) || statement.sql.startsWith('DROP TABLE '))
      return undefined;
    return isTakenOver(about, sides) ? [] : undefined;
  },
};

/** A foreign key to a partitioned table has rows of its own on the partitions that it is of: they go. */
function relieved(entry: Owned, partitions: readonly OnPartition[], sides: Sides): Lock[] {
  const references = (entry.attrs as unknown as Partial<ConstraintAttributes>).references ?? null;
  const target =
    references && ({ kind: 'table', schema: references.schema, name: references.table } as const);
  const own = target !== null && isPartitioned(sides, target) ? partitions : [];
  return [
    ...targetRelieved(entry),
    ...own.map(({ relation }): Lock => ({ mode: 'ACCESS EXCLUSIVE', relation })),
  ];
}

function renaming({ id, attrs }: Owned, { table }: OnPartition, is: string, final: string): Part {
  const isIndex = attrs['type'] !== 'f';
  return {
    ...renamedPart(id, table, is, final),
    requires: isIndex ? [nameFreed(table.schema, final)] : [],
  };
}
