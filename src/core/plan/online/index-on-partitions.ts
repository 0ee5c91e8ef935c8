/**
 * Indexes, unique and primary keys of a partitioned table → first on its partitions, CONCURRENTLY. What then makes them
 * on the parent finds their equals on every partition and takes these over, and reads no row (PostgreSQL's manual,
 * CREATE INDEX). So too where a partition has come meanwhile that no catalog knew of, which gets its own:
 * ONLY and ATTACH would leave the parent's index invalid for want of it.
 */
import { identifier, qualified } from '../../../sql/quote.ts';
import type { Sides } from '../../kinds/kind.ts';
import type { IndexAttributes } from '../../kinds/table-index.ts';
import { find } from '../../model/catalog.ts';
import type { Entry } from '../../model/entry.ts';
import { type ConstraintId, type IndexId, type TableId, keyOf } from '../../model/id.ts';
import { concurrently } from './create-index.ts';
import { type OnPartition, isTakenOver, partName, partitionsInUse } from './partitions-in-use.ts';
import { type Part, type Rewriting, isPartitioned } from './rewriting.ts';
import { keyParts } from './using-index.ts';

/** What of a partition's own becomes part of its parent's needs no drop. */
export const takenOver: Rewriting = {
  rewrite({ about, statement }, sides) {
    if (about.kind !== 'index' && about.kind !== 'constraint') return undefined;
    if (!statement.destroys.includes(keyOf(about)) || statement.sql.startsWith('DROP TABLE '))
      return undefined;
    return isTakenOver(about, sides) ? [] : undefined;
  },
};

export const indexOnPartitions: Rewriting = {
  rewrite({ about, statement: { sql, locks } }, sides) {
    if (about.kind !== 'index' || !/^CREATE (UNIQUE )?INDEX /.test(sql)) return undefined;
    const entry = find<IndexId, IndexAttributes>(sides.to, about);
    if (entry === undefined) return undefined;
    const { schema } = about;
    const table: TableId = { kind: 'table', schema, name: entry.attrs.table };
    if (!isPartitioned(sides, table)) return undefined;
    const partitions = partitionsInUse(table, entry as unknown as Entry<IndexId>, sides);
    if (partitions.length === 0) return undefined;
    const rest = sql.slice(
      sql.indexOf(' USING ', sql.indexOf(` ON ${qualified(schema, table.name)} USING `)),
    );
    const head = sql.startsWith('CREATE UNIQUE ') ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX';
    return [
      ...builds(about, partitions, sides, ({ relation }, name) => `${head} ${name} ON ${relation}${rest}`),
      { sql, locks, completes: true, later: true, destroys: ownKeys(partitions) },
      ...partitions.flatMap((each): Part[] => {
        const { built, final } = partName(about, each, sides);
        const old = qualified(each.table.schema, built);
        const rename = `ALTER INDEX ${old} RENAME TO ${identifier(final)}`;
        return built === final
          ? []
          : [{ sql: rename, locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', relation: old }] }];
      }),
    ];
  },
};

export const keyOnPartitions: Rewriting = {
  rewrite({ about, statement }, sides) {
    if (about.kind !== 'constraint') return undefined;
    const { sql, locks } = statement;
    const table: TableId = { kind: 'table', schema: about.schema, name: about.table };
    const head = `ALTER TABLE ${qualified(about.schema, about.table)} ADD CONSTRAINT ${identifier(about.name)} `;
    const entry = sides.to.entries.get(keyOf(about)) as Entry<ConstraintId> | undefined;
    if (entry === undefined || !sql.startsWith(head) || !isPartitioned(sides, table)) return undefined;
    const key = keyParts(sql.slice(head.length));
    const partitions = key === undefined ? [] : partitionsInUse(table, entry, sides);
    if (key === undefined || partitions.length === 0) return undefined;
    const keys = partitions.flatMap((each, at): Part[] => {
      const { built, final } = partName(about, each, sides);
      const exclusive = [{ mode: 'ACCESS EXCLUSIVE', relation: each.relation }] as const;
      if (each.own === undefined)
        return [
          {
            // The index takes the constraint's name.
            sql: `ALTER TABLE ${each.relation} ADD CONSTRAINT ${identifier(final)} ${key.type} USING INDEX ${identifier(built)}${key.deferrable}`,
            locks: exclusive,
            makes: true,
            later: at === 0,
          },
        ];
      const rename = `ALTER TABLE ${each.relation} RENAME CONSTRAINT ${identifier(built)} TO ${identifier(final)}`;
      return built === final ? [] : [{ sql: rename, locks: exclusive, makes: true }];
    });
    const unique = (each: OnPartition, name: string) =>
      `CREATE UNIQUE INDEX ${name} ON ${each.relation} ${key.index}`;
    const made = builds(about, partitions, sides, unique).map((part) => breakable(part, about.name));
    return [
      ...made,
      ...keys.map((part, at) => ({ ...part, later: at === 0 && made.length > 0 })),
      { sql, locks, completes: true, destroys: ownKeys(partitions) },
    ];
  },
};

const ownKeys = (partitions: readonly OnPartition[]) =>
  partitions.flatMap(({ own }) => (own === undefined ? [] : [keyOf(own.id)]));

/** The parts that build an index on each partition that has none. */
function builds(
  id: IndexId | ConstraintId,
  partitions: readonly OnPartition[],
  sides: Sides,
  create: (partition: OnPartition, name: string) => string,
): Part[] {
  const isReplaced = sides.from.entries.has(keyOf(id));
  const lacking = partitions.filter(({ own }) => own === undefined);
  return lacking.flatMap((each, at): Part[] => {
    const { built } = partName(id, each, sides);
    const name = qualified(each.table.schema, built);
    const [leftover, build] = concurrently(name, each.relation, create(each, identifier(built)));
    const replacement = isReplaced && at === lacking.length - 1;
    const undo = { sql: leftover.sql, locks: build.locks, outside: true };
    return [leftover, { ...build, replacement, undo }];
  });
}

const breakable = (part: Part, constraint: string): Part => ({
  ...part,
  hazards: (part.hazards ?? []).flatMap((hazard) => [
    hazard,
    {
      name: 'depends-on-data' as const,
      object: hazard.object,
      detail: `fails if rows break ${identifier(constraint)}`,
    },
  ]),
});
