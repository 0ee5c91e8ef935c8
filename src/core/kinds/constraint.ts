/** Constraints of tables: primary key, unique, foreign key, check, exclusion. NOT NULL is the column's. */
import { identifier, qualified } from '../../sql/quote.ts';
import { type Catalog, find } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type ConstraintId, type Key, keyOf, tablesOf } from '../model/id.ts';
import type { Hazard, Lock } from '../model/statement.ts';
import { accessExclusive, tableIn } from './alter-table.ts';
import { ancestorsOf, childrenOf, descendantsOf, isChild } from './parents.ts';
import { draft, type Kind, type Sides } from './kind.ts';
import { keyGone, notNullsAbove } from './not-null.ts';

export interface ConstraintAttributes {
  readonly type: 'p' | 'u' | 'f' | 'c' | 'x';
  /** As pg_get_constraintdef prints it. */
  readonly definition: string;
  readonly columns: readonly string[];
  /** Foreign keys only; null for others. */
  readonly references: null | ForeignKeyTarget;
}
export type ForeignKeyTarget = {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly onDelete: 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';
};

const tableOf = ({ schema, table: name }: ConstraintId) => ({ schema, name });

/** Which lock ADD takes, and where (PostgreSQL's manual, ALTER TABLE): foreign keys let reads and row locks through. */
function locksOf(id: ConstraintId, attrs: ConstraintAttributes): readonly Lock[] {
  if (attrs.references === null) return accessExclusive(tableOf(id));
  const { schema, table } = attrs.references;
  return [
    { mode: 'SHARE ROW EXCLUSIVE', relation: qualified(id.schema, id.table) },
    { mode: 'SHARE ROW EXCLUSIVE', relation: qualified(schema, table) },
  ];
}

const lookup = ({ schema, table }: ForeignKeyTarget): Hazard => ({
  name: 'scan',
  object: qualified(schema, table),
  detail: 'looks up what the rows reference, by its key or by reading it all',
});

const notValid = ' NOT VALID';
/** Whether the rows that are there are looked at when it is added. */
const readsRows = ({ definition }: ConstraintAttributes): boolean =>
  !/ NOT (VALID|ENFORCED)$/.test(definition);

/** VALIDATE keeps nobody out. */
function validationLocks(id: ConstraintId, { references }: ConstraintAttributes): readonly Lock[] {
  const own: Lock = { mode: 'SHARE UPDATE EXCLUSIVE', relation: qualified(id.schema, id.table) };
  if (references === null) return [own];
  return [own, { mode: 'ROW SHARE', relation: qualified(references.schema, references.table) }];
}

/** A check that is one of a table above too can go only after that one's; and the columns of a primary key allow nulls after it. */
function inTurn(
  id: ConstraintId,
  { type }: ConstraintAttributes,
  from: Catalog,
): { produces?: readonly Key[]; requires?: readonly Key[] } {
  if (type === 'p') return { produces: [keyGone(id)] };
  if (type !== 'c') return {};
  const gone = (table: string, schema: string) =>
    `turn of dropping check ${schema}.${table}.${id.name}` as Key;
  const own = { schema: id.schema, name: id.table };
  return {
    produces: childrenOf(from, own).length === 0 ? [] : [gone(id.table, id.schema)],
    requires: ancestorsOf(from, own).map(({ schema, name }) => gone(name, schema)),
  };
}

/** @returns the checks of this name that tables below have of their own as well: they are added before, and the parent's is merged with them. */
const mergedBelow = (id: ConstraintId, { from, to }: Sides): Key[] =>
  descendantsOf(from, { schema: id.schema, name: id.table })
    .map((child) => keyOf({ ...id, schema: child.schema, table: child.name }))
    .filter((key) => to.entries.get(key)?.attrs['type'] === 'c');

/** Whether the tables below a constraint's have it from there. */
function isInheritedCheck(of: Catalog, id: ConstraintId): boolean {
  const attrs = find<ConstraintId, ConstraintAttributes>(of, id)?.attrs;
  return attrs?.type === 'c' && !attrs.definition.includes(' NO INHERIT');
}

/**
 * Whether it can be a part of CREATE TABLE, which takes every check for valid. Foreign keys stay apart, so that two tables
 * may reference each other; and a primary key of columns that are another's: there it would make their NOT NULL the table's own.
 */
const isFolded = (
  { id, attrs: { type, definition } }: Entry<ConstraintId, ConstraintAttributes>,
  to: Catalog,
) =>
  type !== 'f' &&
  !definition.endsWith(notValid) &&
  !(type === 'p' && isChild(to, { schema: id.schema, name: id.table }));

const keysOfThoseAbove = (
  { id, attrs: { type, columns } }: Entry<ConstraintId, ConstraintAttributes>,
  sides: Sides,
): Key[] =>
  type === 'p' && isChild(sides.to, tableOf(id))
    ? notNullsAbove(
        columns.map((name) => ({ ...id, kind: 'column', name })),
        sides,
      )
    : [];

const rankOf = { p: 10_000, u: 10_001, x: 10_002, c: 10_003, f: 10_004 } as const;

export const constraint: Kind<ConstraintId, ConstraintAttributes> = {
  name: 'constraint',
  rank: 54,
  references: ({ id, attrs }) => [
    ...tablesOf(id).map((to) => ({ to, type: 'auto' as const })),
    ...(attrs.references === null
      ? []
      : [
          {
            to: { kind: 'table' as const, schema: attrs.references.schema, name: attrs.references.table },
            type: 'normal' as const,
          },
        ]),
  ],
  create({ id, attrs }, { from, to }) {
    const table = keyOf(tableIn(to, id));
    const relation = qualified(id.schema, id.table);
    const clause = () => `CONSTRAINT ${identifier(id.name)} ${attrs.definition}`;
    const hazards: Hazard[] = readsRows(attrs)
      ? [
          { name: 'depends-on-data', object: relation, detail: `fails if rows break ${identifier(id.name)}` },
          { name: 'scan', object: relation, detail: 'reads every row under the lock' },
          ...(attrs.references === null ? [] : [lookup(attrs.references)]),
        ]
      : [];
    return [
      draft(`ALTER TABLE ${relation} ADD ${clause()}`, {
        produces: [keyOf(id)],
        requires: [table, ...mergedBelow(id, { from, to }), ...keysOfThoseAbove({ id, attrs }, { from, to })],
        locks: locksOf(id, attrs),
        hazards,
        ...(isFolded({ id, attrs }, to) ? { fold: { into: table, rank: rankOf[attrs.type], clause } } : {}),
      }),
    ];
  },
  drop: ({ id, attrs }, { from }) => [
    draft(`ALTER TABLE ${qualified(id.schema, id.table)} DROP CONSTRAINT ${identifier(id.name)}`, {
      destroys: [keyOf(id)],
      ...inTurn(id, attrs, from),
      locks: [
        ...accessExclusive(tableOf(id)),
        ...(attrs.references === null
          ? []
          : accessExclusive({ schema: attrs.references.schema, name: attrs.references.table })),
      ],
    }),
  ],
  // A check that is a table above's too is not dropped from the one below: what the one above has comes again without it.
  replaces: ({ id, attrs: { type } }, { from, to }) => {
    if (type !== 'c' || to.entries.has(keyOf(id))) return [];
    const above = new Set(ancestorsOf(to, tableOf(id)).map(keyOf));
    return ancestorsOf(from, tableOf(id))
      .filter((each) => above.has(keyOf(each)))
      .map(({ schema, name }): ConstraintId => ({ ...id, schema, table: name }))
      .filter((each) => [from, to].every((side) => isInheritedCheck(side, each)));
  },
  alter(_changes, before, { id, attrs }) {
    if (before.attrs.definition !== attrs.definition + notValid) return 'replace';
    const relation = qualified(id.schema, id.table);
    return [
      draft(`ALTER TABLE ${relation} VALIDATE CONSTRAINT ${identifier(id.name)}`, {
        produces: [keyOf(id)],
        locks: validationLocks(id, attrs),
        hazards: [
          {
            name: 'depends-on-data',
            object: relation,
            detail: `fails if rows break ${identifier(id.name)}`,
          },
          {
            name: 'scan',
            object: relation,
            detail: 'reads every row; other sessions read and write meanwhile',
          },
        ],
      }),
    ];
  },
};
