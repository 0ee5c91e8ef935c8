/** What makes an index or key of a partitioned table on its partitions, while these are in use. */
import { identifier, qualified } from '../../../sql/quote.ts';
import type { ConstraintAttributes } from '../../kinds/constraint.ts';
import { type Owned, indexOn, partitionedAbove } from '../../kinds/index-parts.ts';
import type { Sides } from '../../kinds/kind.ts';
import type { IndexAttributes } from '../../kinds/parts.ts';
import type { Entry } from '../../model/entry.ts';
import { type IndexId, keyOf } from '../../model/id.ts';
import type { Lock } from '../../model/statement.ts';
import { concurrently } from './create-index.ts';
import { type OnPartition, partName } from './partitions-in-use.ts';
import { type Part, isFreeIn, passingName, validate } from './rewriting.ts';
import { type KeyParts, keyParts } from './using-index.ts';

/** In the order in which they run; between them lies a commit. */
export interface MadeOnPartitions {
  /** Foreign keys, not valid. */
  readonly added: readonly Part[];
  readonly validated: readonly Part[];
  /** Indexes, outside a transaction. */
  readonly built: readonly Part[];
  /** Keys that take the indexes. */
  readonly keys: readonly Part[];
  /** Partitions on which it bears another name than it is to have. */
  readonly misnamed: readonly {
    readonly partition: OnPartition;
    readonly is: string;
    readonly final: string;
  }[];
}
const nothing: MadeOnPartitions = { added: [], validated: [], built: [], keys: [], misnamed: [] };

/** @param entry of which `isMadeOnPartitions` is true. @returns what to do on partitions that have no equal of their own; undefined: they cannot have it before their parent. */
export function madeOnPartitions(
  entry: Owned,
  partitions: readonly OnPartition[],
  sides: Sides,
): MadeOnPartitions | undefined {
  if (entry.id.kind === 'index')
    return indexes(entry as unknown as Entry<IndexId, IndexAttributes>, partitions, sides);
  const { type, definition } = entry.attrs as unknown as ConstraintAttributes;
  if (type === 'f') return foreignKeys(entry, partitions, sides);
  const key = keyParts(definition);
  return key === undefined ? undefined : keysOf(entry, key, partitions, sides);
}

function indexes(
  entry: Entry<IndexId, IndexAttributes>,
  partitions: readonly OnPartition[],
  sides: Sides,
): MadeOnPartitions {
  const owned = entry as unknown as Owned;
  const built = builds(owned, partitions, sides, ({ table }, name) => indexOn(entry, name, table));
  return { ...nothing, built, misnamed: misnamed(owned, partitions, sides) };
}

function keysOf(
  entry: Owned,
  { type, index, deferrable }: KeyParts,
  partitions: readonly OnPartition[],
  sides: Sides,
): MadeOnPartitions {
  const sql = ({ relation }: OnPartition, name: string) =>
    `CREATE UNIQUE INDEX ${identifier(name)} ON ${relation} ${index}`;
  const breakable = (part: Part): Part => ({
    ...part,
    hazards: (part.hazards ?? []).flatMap((hazard) => [
      hazard,
      {
        ...hazard,
        name: 'depends-on-data',
        detail: `fails if rows break ${identifier(entry.id.name)}`,
      } as const,
    ]),
  });
  const keys = partitions
    .filter(({ own }) => own === undefined)
    .map((each): Part => {
      const { built, final } = partName(entry.id, each, sides);
      return {
        // The index takes the constraint's name.
        sql: `ALTER TABLE ${each.relation} ADD CONSTRAINT ${identifier(final)} ${type} USING INDEX ${identifier(built)}${deferrable}`,
        locks: [{ mode: 'ACCESS EXCLUSIVE', relation: each.relation }],
        makes: true,
      };
    });
  return {
    ...nothing,
    built: builds(entry, partitions, sides, sql).map(breakable),
    keys,
    misnamed: misnamed(
      entry,
      partitions.filter(({ own }) => own !== undefined),
      sides,
    ),
  };
}

function foreignKeys(
  { id, attrs }: Owned,
  partitions: readonly OnPartition[],
  sides: Sides,
): MadeOnPartitions {
  const { definition, references } = attrs as unknown as ConstraintAttributes;
  const target = qualified(references!.schema, references!.table);
  const isReplaced = sides.from.entries.has(keyOf(id));
  const named = partitions.map((partition) => {
    const { schema, name: table } = partition.table;
    const isFree = isFreeIn([sides.from], (name) => [{ kind: 'constraint', schema, table, name }]);
    // What is a partition already has its part of what is replaced, under the same name.
    const hasPart = isReplaced && partitionedAbove(sides.from, partition.table).length > 0;
    const is =
      partition.own?.id.name ??
      (hasPart || !isFree(id.name) ? passingName(`${id.name}_new`, partition.table, sides) : id.name);
    const isRenamed = hasPart || (partition.own !== undefined && isFree(id.name));
    return { partition, is, final: isRenamed ? id.name : is };
  });
  const lacking = named.filter(({ partition: { own } }) => own === undefined);
  return {
    ...nothing,
    added: lacking.map(({ partition: { relation }, is }): Part => {
      const name = identifier(is);
      return {
        sql: `ALTER TABLE ${relation} ADD CONSTRAINT ${name} ${definition} NOT VALID`,
        locks: both('SHARE ROW EXCLUSIVE', relation, target),
        undo: {
          sql: `ALTER TABLE ${relation} DROP CONSTRAINT IF EXISTS ${name}`,
          // It is gone with the parent's, if that was made.
          locks: [{ mode: 'ACCESS EXCLUSIVE', relation }],
        },
      };
    }),
    validated: lacking.map(({ partition: { relation }, is }, at): Part => ({
      ...validate(relation, identifier(is), [
        { mode: 'SHARE UPDATE EXCLUSIVE', relation },
        { mode: 'ROW SHARE', relation: target },
      ]),
      replacement: isReplaced && at === lacking.length - 1,
    })),
    misnamed: named.filter(({ is, final }) => is !== final),
  };
}

const both = (mode: Lock['mode'], ...relations: readonly string[]): Lock[] =>
  [...new Set(relations)].map((relation) => ({ mode, relation }));

function misnamed(
  { id }: Owned,
  partitions: readonly OnPartition[],
  sides: Sides,
): MadeOnPartitions['misnamed'] {
  return partitions
    .map((partition) => {
      const { built, final } = partName(id, partition, sides);
      return { partition, is: built, final };
    })
    .filter(({ is, final }) => is !== final);
}

/** Builds an index on each partition that has none. */
function builds(
  { id }: Owned,
  partitions: readonly OnPartition[],
  sides: Sides,
  create: (partition: OnPartition, name: string) => string,
): Part[] {
  const isReplaced = sides.from.entries.has(keyOf(id));
  const lacking = partitions.filter(({ own }) => own === undefined);
  return lacking.flatMap((each, at): Part[] => {
    const { built } = partName(id, each, sides);
    const name = qualified(each.table.schema, built);
    const [leftover, build] = concurrently(name, each.relation, create(each, built));
    const replacement = isReplaced && at === lacking.length - 1;
    const undo = { sql: leftover.sql, locks: build.locks, outside: true };
    return [leftover, { ...build, replacement, undo }];
  });
}
