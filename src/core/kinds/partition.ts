/** That a table is a partition of another. Made by PARTITION OF with its table, or by ATTACH. */
import { qualified } from '../../sql/quote.ts';
import { type Catalog, edgeIndex } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type Id, type Key, type PartitionId, keyOf } from '../model/id.ts';
import type { Lock } from '../model/statement.ts';
import { draft, type Kind } from './kind.ts';

export interface PartitionAttributes {
  readonly parentSchema: string;
  readonly parentTable: string;
  /** As pg_get_expr prints it: `FOR VALUES FROM (…) TO (…)`, `DEFAULT`. */
  readonly bound: string;
}

export const partition: Kind<PartitionId, PartitionAttributes> = {
  name: 'partition',
  rank: 52,
  references: ({ id, attrs }) => [
    { to: { kind: 'table', schema: id.schema, name: id.name }, type: 'auto' },
    { to: { kind: 'foreign-table', schema: id.schema, name: id.name }, type: 'auto' },
    // A partition goes with its parent; its table follows through this entry's own edge.
    { to: { kind: 'table', schema: attrs.parentSchema, name: attrs.parentTable }, type: 'auto' },
  ],
  create: ({ id, attrs }, { from }) => {
    const parent = qualified(attrs.parentSchema, attrs.parentTable);
    return [
      draft(`ALTER TABLE ${parent} ATTACH PARTITION ${qualified(id.schema, id.name)} ${attrs.bound}`, {
        produces: [keyOf(id)],
        destroys: inherited(id, attrs, from, from),
        requires: [
          keyOf({ kind: 'table', schema: id.schema, name: id.name }),
          keyOf({ kind: 'foreign-table', schema: id.schema, name: id.name }),
          keyOf({ kind: 'table', schema: attrs.parentSchema, name: attrs.parentTable }),
        ],
        locks: locks(id, parent),
        hazards: [
          {
            name: 'scan',
            object: qualified(id.schema, id.name),
            detail: 'reads every row to check the partition bound',
          },
        ],
      }),
    ];
  },
  drop: ({ id, attrs }, { from, to }) => {
    const parent = qualified(attrs.parentSchema, attrs.parentTable);
    return [
      draft(`ALTER TABLE ${parent} DETACH PARTITION ${qualified(id.schema, id.name)}`, {
        destroys: [keyOf(id)],
        produces: inherited(id, attrs, to, from),
        locks: [
          { mode: 'ACCESS EXCLUSIVE', relation: parent },
          { mode: 'ACCESS EXCLUSIVE', relation: qualified(id.schema, id.name) },
        ],
      }),
    ];
  },
  alter: () => 'replace',
};

const locks = (id: PartitionId, parent: string): readonly Lock[] => [
  { mode: 'SHARE UPDATE EXCLUSIVE', relation: parent },
  { mode: 'ACCESS EXCLUSIVE', relation: qualified(id.schema, id.name) },
];

/**
 * A partition's columns, constraints and indexes that are its parent's are no entries of their own: they become so
 * when it is detached, and cease to be so when it is attached.
 */
function inherited(
  { schema, name }: PartitionId,
  { parentSchema, parentTable }: PartitionAttributes,
  own: Catalog,
  parents: Catalog,
): Key[] {
  const described = new Set<string>();
  for (const entry of partsOf({ schema: parentSchema, name: parentTable }, parents))
    described.add(describe(entry));
  return partsOf({ schema, name }, own)
    .filter((entry) => described.has(describe(entry)))
    .map(({ id }) => keyOf(id));
}

/** The columns, defaults, constraints and indexes of a table. */
function partsOf({ schema, name }: { schema: string; name: string }, of: Catalog): Entry[] {
  const { byReferenced } = edgeIndex(of);
  const parts = new Map<Key, Entry>();
  const take = (on: Id): void => {
    for (const { dependent } of byReferenced.get(keyOf(on)) ?? []) {
      const entry = of.entries.get(dependent);
      if (entry === undefined || parts.has(dependent) || !isPartOf(entry, schema, name)) continue;
      parts.set(dependent, entry);
      if (entry.id.kind === 'column') take(entry.id);
    }
  };
  take({ kind: 'table', schema, name });
  take({ kind: 'foreign-table', schema, name });
  return [...parts.values()];
}

function isPartOf({ id, attrs }: Entry, schema: string, table: string): boolean {
  switch (id.kind) {
    case 'column':
    case 'default':
    case 'constraint':
      return id.schema === schema && id.table === table;
    case 'index':
      return id.schema === schema && attrs['table'] === table;
    default:
      return false;
  }
}

/** What a table's column, default, constraint or index is like, whatever the table. */
function describe({ id, attrs }: Entry): string {
  const definition = attrs['definition'] as string;
  switch (id.kind) {
    case 'constraint':
      return `constraint ${definition}`;
    case 'index':
      return `index ${definition.slice(definition.indexOf(' USING '))}`;
    default:
      return `${id.kind} ${'name' in id ? id.name : ''}`;
  }
}
