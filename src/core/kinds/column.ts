/** Columns of tables. The default, or the generation expression, is an entry of its own. */
import { identifier, qualified } from '../../sql/quote.ts';
import { type ColumnId, type DefaultId, isType, keyOf, tablesOf } from '../model/id.ts';
import { type Catalog, edgeIndex, find } from '../model/catalog.ts';
import { accessExclusive, alterColumn, loss, tableIn } from './alter-table.ts';
import type { DefaultAttributes } from './default.ts';
import { type ForeignOption, optionChanges, optionsClause, secretHazards } from './foreign-options.ts';
import { draft, type Draft, type Kind } from './kind.ts';
import { addColumnHazards, castRewrites } from './rewrites.ts';

export interface ColumnAttributes {
  /** As format_type prints it under an empty search_path: `character varying(255)`. */
  readonly type: string;
  readonly notNull: boolean;
  /** Qualified; null for the type's own. */
  readonly collation: string | null;
  readonly identity: null | Identity;
  /** Of a foreign table's column. */
  readonly foreignOptions?: readonly ForeignOption[];
}
export type Identity = {
  readonly generation: 'always' | 'by default';
  /** Of the identity's sequence: as in CREATE SEQUENCE. */
  readonly start: string;
  readonly increment: string;
  /** null: the type's own. */
  readonly min: string | null;
  readonly max: string | null;
  readonly cache: string;
  readonly cycle: boolean;
};

export const column: Kind<ColumnId, ColumnAttributes> = {
  name: 'column',
  rank: 51,
  references: ({ id }) => tablesOf(id).map((to) => ({ to, type: 'auto' })),
  create({ id, attrs, order }, { to }) {
    const tableId = tableIn(to, id);
    const clause = (inner: readonly string[]) =>
      [
        identifier(id.name),
        `${attrs.type}${optionsClause(attrs.foreignOptions ?? [])}`,
        ...(attrs.collation === null ? [] : [`COLLATE ${attrs.collation}`]),
        ...inner,
        ...(attrs.identity === null ? [] : [identityClause(attrs.identity)]),
        ...(attrs.notNull ? ['NOT NULL'] : []),
      ].join(' ');
    const table = qualified(id.schema, id.table);
    return [
      draft((inner) => `ALTER TABLE ${table} ADD COLUMN ${clause(inner)}`, {
        produces: [keyOf(id)],
        requires: [keyOf(tableId)],
        locks: accessExclusive({ schema: id.schema, name: id.table }),
        hazards: [
          ...secretsOf(id, [], attrs.foreignOptions),
          ...(tableId.kind === 'table' ? addColumnHazards({ id, attrs }, to) : []),
        ],
        fold: { into: keyOf(tableId), rank: order ?? 0, clause },
      }),
    ];
  },
  drop({ id }, { from }) {
    const isForeign = tableIn(from, id).kind === 'foreign-table';
    const table = { schema: id.schema, name: id.table };
    return [
      draft(`ALTER TABLE ${qualified(id.schema, id.table)} DROP COLUMN ${identifier(id.name)}`, {
        destroys: [keyOf(id)],
        locks: accessExclusive(table),
        // A foreign table's values are elsewhere.
        hazards: isForeign ? [] : [loss(table, `drops column ${identifier(id.name)} and its values`)],
      }),
    ];
  },
  alter(changes, before, after, { from, to }) {
    const { id, attrs } = after;
    const drafts: Draft[] = [];
    const typeChanged = changes.some(({ attr }) => attr === 'type' || attr === 'collation');
    if (typeChanged && tableIn(to, id).kind === 'foreign-table')
      drafts.push(alterColumn(id, `TYPE ${attrs.type}${collate(attrs)}`));
    else if (typeChanged) {
      const viaText = isOfMadeType(from, id) && isOfMadeType(to, id);
      drafts.push(...alterType(before.attrs, id, attrs, defaultOf(from, id), defaultOf(to, id), viaText));
    }
    const changed = new Set(changes.map(({ attr }) => attr as keyof ColumnAttributes));
    // An identity column is NOT NULL before it becomes one, and for as long as it is one.
    if (changed.has('notNull') && attrs.notNull) drafts.push(alterColumn(id, 'SET NOT NULL', 'scan'));
    if (changed.has('identity')) drafts.push(...alterIdentity(id, before.attrs.identity, attrs.identity));
    if (changed.has('foreignOptions')) {
      const [old = [], now = []] = [before.attrs.foreignOptions, attrs.foreignOptions];
      const set = alterColumn(id, optionChanges(old, now).trim());
      drafts.push({ ...set, hazards: secretsOf(id, old, now) });
    }
    if (changed.has('notNull') && !attrs.notNull) drafts.push(alterColumn(id, 'DROP NOT NULL'));
    return drafts;
  },
};

const collate = ({ collation }: ColumnAttributes) => (collation === null ? '' : ` COLLATE ${collation}`);
const secretsOf = (
  id: ColumnId,
  before: readonly ForeignOption[],
  after: readonly ForeignOption[] | undefined,
) => {
  const column = `FOREIGN TABLE ${qualified(id.schema, id.table)} ALTER COLUMN ${identifier(id.name)}`;
  return secretHazards(column, before, after ?? []);
};

const defaultOf = (catalog: Parameters<typeof find>[0], { schema, table, name }: ColumnId) =>
  find<DefaultId, DefaultAttributes>(catalog, { kind: 'default', schema, table, name })?.attrs;

/** Whether somebody made the type that the column is of: between two such there is no cast. */
const isOfMadeType = (catalog: Catalog, id: ColumnId) =>
  (edgeIndex(catalog).byDependent.get(keyOf(id)) ?? []).some(({ referenced }) => {
    const entry = catalog.entries.get(referenced);
    return entry !== undefined && isType(entry.id);
  });

/**
 * A type change casts the values explicitly, because an assignment cast need not exist. A default is taken off
 * first and put back after: its expression is not cast along.
 */
function alterType(
  before: ColumnAttributes,
  id: ColumnId,
  after: ColumnAttributes,
  oldDefault: DefaultAttributes | undefined,
  newDefault: DefaultAttributes | undefined,
  viaText: boolean,
): Draft[] {
  const using =
    before.type === after.type
      ? ''
      : ` USING ${identifier(id.name)}${viaText ? '::text' : ''}::${after.type}`;
  const rewrites = viaText || castRewrites(before.type, after.type);
  const change = alterColumn(
    id,
    `TYPE ${after.type}${collate(after)}${using}`,
    rewrites ? 'rewrite' : undefined,
  );
  const plain = oldDefault !== undefined && oldDefault.generated === null && before.type !== after.type;
  if (!plain) return [change];
  const table = `ALTER TABLE ${qualified(id.schema, id.table)}\n  ALTER COLUMN ${identifier(id.name)}`;
  const back =
    newDefault === undefined
      ? ''
      : `,\n  ALTER COLUMN ${identifier(id.name)} SET DEFAULT ${newDefault.expression}`;
  const sql = `${table} DROP DEFAULT,\n  ALTER COLUMN ${identifier(id.name)} TYPE ${after.type}${collate(after)}${using}${back}`;
  return [{ ...change, render: () => sql }];
}

function sequenceOptions(identity: Identity, before?: Identity): string[] {
  const changed = (name: keyof Identity) => before === undefined || before[name] !== identity[name];
  return [
    ...(changed('increment') ? [`INCREMENT BY ${identity.increment}`] : []),
    ...(changed('min') ? [identity.min === null ? 'NO MINVALUE' : `MINVALUE ${identity.min}`] : []),
    ...(changed('max') ? [identity.max === null ? 'NO MAXVALUE' : `MAXVALUE ${identity.max}`] : []),
    ...(changed('start') ? [`START WITH ${identity.start}`] : []),
    ...(changed('cache') ? [`CACHE ${identity.cache}`] : []),
    ...(changed('cycle') ? [identity.cycle ? 'CYCLE' : 'NO CYCLE'] : []),
  ];
}

function identityClause(identity: Identity): string {
  const usual: Identity = {
    ...identity,
    start: '1',
    increment: '1',
    min: null,
    max: null,
    cache: '1',
    cycle: false,
  };
  const options = sequenceOptions(identity, usual);
  const generated = `GENERATED ${identity.generation.toUpperCase()} AS IDENTITY`;
  return options.length === 0 ? generated : `${generated} (${options.join(' ')})`;
}

function alterIdentity(id: ColumnId, before: Identity | null, after: Identity | null): Draft[] {
  if (after === null) return [alterColumn(id, 'DROP IDENTITY')];
  if (before === null) return [alterColumn(id, `ADD ${identityClause(after)}`)];
  const set = [
    ...(before.generation === after.generation ? [] : [`GENERATED ${after.generation.toUpperCase()}`]),
    ...sequenceOptions(after, before),
  ];
  return [alterColumn(id, set.map((option) => `SET ${option}`).join(' '))];
}
