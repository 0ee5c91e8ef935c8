/** That a table is a partition of another. Made by PARTITION OF with its table, or by ATTACH. */
import { identifier, qualified } from '../../sql/quote.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type ColumnId, type Key, type PartitionId, keyOf } from '../model/id.ts';
import type { Lock } from '../model/statement.ts';
import { accessExclusive, alterColumn, alterTable } from './alter-table.ts';
import { defaultIsRead, lastingDefault } from './default-partition.ts';
import { childrenOf, parentsOf } from './parents.ts';
import type { ColumnAttributes } from './parts.ts';
import { asItsOwn, columnAt } from './family.ts';
import { draft, type Draft, type Kind, type Sides } from './kind.ts';
import {
  type Owned,
  indexParts,
  lackingOn,
  likeness,
  ownedBy,
  partitionedAbove,
  partsAsOwn,
  renamedPart,
  targetRelieved,
} from './index-parts.ts';
import { isFreeOnce, nameFreed } from './relation-name.ts';
import { addNotNull, notNullName } from './not-null.ts';
import { beforeThoseAbove } from './not-null-merged.ts';
import type { PartitionAttributes } from './parts.ts';

/** Of a scan: that a check as strict as the bound makes it needless. */
const boundIsRead = 'reads every row to check the partition bound';

export const partition: Kind<PartitionId, PartitionAttributes> = {
  name: 'partition',
  rank: 52,
  references: ({ id, attrs }) => [
    { to: { kind: 'table', schema: id.schema, name: id.name }, type: 'auto' },
    { to: { kind: 'foreign-table', schema: id.schema, name: id.name }, type: 'auto' },
    // A partition goes with its parent; its table follows through this entry's own edge.
    { to: { kind: 'table', schema: attrs.parentSchema, name: attrs.parentTable }, type: 'auto' },
  ],
  create: ({ id, attrs }, { from, to }) => {
    const parent = qualified(attrs.parentSchema, attrs.parentTable);
    const above = { schema: attrs.parentSchema, name: attrs.parentTable };
    const isDefault = attrs.bound === 'DEFAULT';
    // The default partition comes last: it holds nothing that one of the others would take.
    const others = isDefault
      ? childrenOf(to, above).map((each) => keyOf({ ...each, kind: 'partition' }))
      : [];
    const read = isDefault ? undefined : lastingDefault(above, { from, to });
    return [
      draft(`ALTER TABLE ${parent} ATTACH PARTITION ${qualified(id.schema, id.name)} ${attrs.bound}`, {
        produces: [keyOf(id)],
        destroys: merged(id, attrs, from, to),
        requires: [
          keyOf({ kind: 'table', schema: id.schema, name: id.name }),
          keyOf({ kind: 'foreign-table', schema: id.schema, name: id.name }),
          keyOf({ kind: 'table', schema: attrs.parentSchema, name: attrs.parentTable }),
          ...others.filter((key) => key !== keyOf(id)),
        ],
        locks: [
          ...locks(id, parent),
          ...(read === undefined ? [] : accessExclusive(read)),
          ...targetLocks(
            partitionedAbove(to, id).flatMap((each) => ownedBy(to, each)),
            lackingOn({ ...id, kind: 'table' }, { from, to }),
          ),
        ],
        hazards: [
          {
            name: 'scan',
            object: qualified(id.schema, id.name),
            detail: boundIsRead,
          },
          ...(read === undefined ? [] : [defaultIsRead(read)]),
        ],
      }),
      ...renamed(id, attrs, { from, to }),
    ];
  },
  drop: ({ id, attrs }, { from, to }) => {
    const parent = qualified(attrs.parentSchema, attrs.parentTable);
    return [
      draft(`ALTER TABLE ${parent} DETACH PARTITION ${qualified(id.schema, id.name)}`, {
        destroys: [keyOf(id)],
        produces: leftWith(id, to, from),
        locks: [
          { mode: 'ACCESS EXCLUSIVE', relation: parent },
          { mode: 'ACCESS EXCLUSIVE', relation: qualified(id.schema, id.name) },
          ...targetLocks(partitionedAbove(from, id).flatMap((each) => ownedBy(from, each))),
        ],
      }),
    ];
  },
  // What is inherited can be renamed only while it is not.
  alter(changes, before, after, sides) {
    if (changes.some(({ attr }) => attr !== 'notNullNames')) return 'replace';
    const { id } = after;
    const table = { ...id, kind: 'table' } as const;
    const renames = asItsOwn(sides.to, table).flatMap((entry) => {
      if (entry.id.kind !== 'column') return [];
      const now = entry as unknown as Entry<ColumnId, ColumnAttributes>;
      const old = columnAt(sides.from, now.id);
      const names = old && [notNullName(old.id, old.attrs), notNullName(now.id, now.attrs)];
      if (names?.[0] === undefined || names[1] === undefined || names[0] === names[1]) return [];
      const rename = `RENAME CONSTRAINT ${identifier(names[0])} TO ${identifier(names[1])}`;
      return [alterTable(table, rename)];
    });
    // One that comes with its parent's comes before it, under its own name.
    const added = Object.keys(after.attrs.notNullNames).flatMap((name): Draft[] => {
      const own: ColumnId = { kind: 'column', schema: id.schema, table: id.name, name };
      const now = columnAt(sides.to, own)?.attrs;
      const room = now === undefined ? [] : beforeThoseAbove(own, now, sides);
      return room.length === 0 ? [] : [{ ...addNotNull(own, now!), produces: room, isAhead: true }];
    });
    // From 18 a partition keeps it as its own where it came before its parent's.
    const nullable = Object.keys(before.attrs.notNullNames).flatMap((name): Draft[] => {
      const own: ColumnId = { kind: 'column', schema: id.schema, table: id.name, name };
      if (columnAt(sides.to, own)?.attrs.notNull !== false) return [];
      const above = parentsOf(sides.from, id).map((parent) =>
        keyOf({ ...own, schema: parent.schema, table: parent.name }),
      );
      return [{ ...alterColumn(own, 'DROP NOT NULL'), produces: [], requires: above }];
    });
    if (renames.length === 0) return [...added, ...nullable];
    const [detach] = partition.drop(before, sides);
    const [attach] = partition.create(after, sides);
    return [
      { ...detach!, produces: [], destroys: [] },
      ...renames,
      { ...attach!, destroys: [] },
      ...added,
      ...nullable,
    ];
  },
};

const locks = (id: PartitionId, parent: string): readonly Lock[] => [
  { mode: 'SHARE UPDATE EXCLUSIVE', relation: parent },
  { mode: 'ACCESS EXCLUSIVE', relation: qualified(id.schema, id.name) },
];

/** What the parent references gets triggers for the partition; those of a key that it had already give way. */
function targetLocks(owned: readonly Owned[], lacking: readonly Owned[] = owned): Lock[] {
  return owned.flatMap((entry) =>
    targetRelieved(entry).map(({ mode, relation }): Lock => ({
      mode: lacking.includes(entry) ? 'SHARE ROW EXCLUSIVE' : mode,
      relation,
    })),
  );
}

/**
 * What a partition has from its parent is no entry of its own: it becomes so when it is detached, and ceases to be so
 * when it is attached.
 * @param own the catalog in which it is a table of its own; `other`: the one in which it is a partition.
 */
function inherited({ schema, name }: PartitionId, own: Catalog, other: Catalog): Key[] {
  return asItsOwn(other, { kind: 'table', schema, name })
    .map(({ id }) => keyOf(id))
    .filter((key) => own.entries.has(key));
}

/** What is its own once it is detached: of indexes and constraints, its parts by their names. */
function leftWith(id: PartitionId, own: Catalog, other: Catalog): Key[] {
  const parts = partsAsOwn(other, { ...id, kind: 'table' }).map((part) => keyOf(part.id));
  return [...inherited(id, own, other), ...parts.filter((key) => own.entries.has(key))];
}

/** What is its own no longer once it is attached. */
const merged = (id: PartitionId, attrs: PartitionAttributes, own: Catalog, other: Catalog): Key[] => [
  ...new Set([
    ...inherited(id, own, other),
    ...becomesPart(id, attrs, own, other).map(({ part }) => keyOf(part.id)),
  ]),
];

/** For each index and constraint of its parents, the one of its own that is like it, by any name, rather by the wanted one. */
function becomesPart(
  id: PartitionId,
  attrs: PartitionAttributes,
  own: Catalog,
  other: Catalog,
): { readonly above: Owned; readonly part: Owned }[] {
  const parent = { schema: attrs.parentSchema, name: attrs.parentTable };
  const named = new Set(partsAsOwn(other, { ...id, kind: 'table' }).map((part) => keyOf(part.id)));
  const rest = ownedBy(own, id).sort(
    (a, b) => Number(named.has(keyOf(b.id))) - Number(named.has(keyOf(a.id))),
  );
  return [parent, ...partitionedAbove(other, parent)]
    .flatMap((each) => ownedBy(other, each))
    .flatMap((above) => {
      const at = rest.findIndex((entry) => likeness(entry) === likeness(above));
      return at < 0 ? [] : rest.splice(at, 1).map((part) => ({ above, part }));
    });
}

/** What becomes a part keeps its name: it gets the wanted one. */
function renamed(id: PartitionId, attrs: PartitionAttributes, sides: Sides): Draft[] {
  const { from, to } = sides;
  const pairs = becomesPart(id, attrs, from, to);
  const taken = new Set(pairs.map(({ part }) => keyOf(part.id)));
  return pairs.flatMap(({ above, part }) => {
    const before = [{ schema: id.schema, table: id.name, name: part.id.name }, ...indexParts(part)];
    return indexParts(above).flatMap((wanted): Draft[] => {
      const is = before.find(({ schema, table }) => schema === wanted.schema && table === wanted.table);
      if (is === undefined || is.name === wanted.name) return [];
      if (!isFreeOnce(wanted, sides, (key) => taken.has(key))) return [];
      const table = { schema: wanted.schema, name: wanted.table };
      const { sql, locks } = renamedPart(part.id, table, is.name, wanted.name);
      return [draft(sql, { requires: [keyOf(id), nameFreed(wanted.schema, wanted.name)], locks })];
    });
  });
}
