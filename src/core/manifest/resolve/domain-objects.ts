/** The objects of a catalog by the domain that has them: what a domain's grants and its owner apply to. */
import { identityColumns } from '../../kinds/identity-privileges.ts';
import type { OwnedByAttributes } from '../../kinds/owned-by.ts';
import type { PartitionAttributes } from '../../kinds/parts.ts';
import { type Catalog, edgeSource, entriesOf, find } from '../../model/catalog.ts';
import {
  type AggregateId,
  type ColumnId,
  type FunctionId,
  type IdOf,
  type PartitionId,
  type RelationId,
  type SchemaId,
  type SequenceId,
  type TableId,
  type TypeId,
  isRelation,
  isRoutine,
  isType,
  keyOf,
} from '../../model/id.ts';
import { onceOf } from '../../model/once-of.ts';
import { pushTo } from '../../model/push-to.ts';
import { domainOf } from '../domain-of.ts';
import { isHistoryTable } from '../history-table.ts';
import type { Domain, Manifest } from '../manifest.ts';

export type Relation = RelationId;
export interface DomainObjects {
  readonly domain: Domain;
  /** undefined: the database has no such schema, or other domains share it. */
  readonly schema: SchemaId | undefined;
  /** Tables (partitions too), views and materialized views, without our history tables. */
  readonly relations: readonly Relation[];
  /** Those of identity columns are no entries: an INSERT there needs no privilege on them, and their owner is the table's. */
  readonly sequences: readonly SequenceId[];
  /** Those of identity columns, found when they are asked for. */
  readonly identities: () => readonly IdentitySequence[];
  readonly types: readonly TypeId[];
  /** Procedures and aggregates are among them. */
  readonly functions: readonly (FunctionId | AggregateId)[];
  /** What has an owner and no privileges: operators, collations, extended statistics … */
  readonly others: readonly OwnedId[];
}

export interface IdentitySequence {
  readonly sequence: SequenceId;
  readonly column: ColumnId;
}

const ownedKinds = [
  'collation',
  'conversion',
  'operator',
  'operator-class',
  'operator-family',
  'statistics',
  'text-search-configuration',
  'text-search-dictionary',
] as const;
type OwnedId = IdOf<(typeof ownedKinds)[number]>;

/** In the order of their names, as a catalog's entries are. */
const domainKinds = [
  ...ownedKinds,
  'aggregate',
  'base-type',
  'composite-type',
  'domain-type',
  'enum',
  'foreign-table',
  'function',
  'materialized-view',
  'range-type',
  'schema',
  'sequence',
  'table',
  'view',
] as const;

/** @returns each domain's objects, by the domain's name. */
export function objectsByDomain(
  manifest: Manifest,
  catalog: Catalog,
  database: string,
  domains: readonly Domain[],
): ReadonlyMap<string, DomainObjects> {
  let byDomain: ReadonlyMap<string, readonly IdentitySequence[]> | undefined;
  const identities = (domain: string) => {
    byDomain ??= identitiesByDomain(manifest, catalog, database);
    return byDomain.get(domain) ?? [];
  };
  const made = new Map(
    domains.map((domain) => [
      domain.name,
      {
        domain,
        schema: undefined as SchemaId | undefined,
        relations: [] as Relation[],
        sequences: [] as SequenceId[],
        identities: () => identities(domain.name),
        types: [] as TypeId[],
        functions: [] as (FunctionId | AggregateId)[],
        others: [] as OwnedId[],
      },
    ]),
  );
  for (const { id } of domainKinds.flatMap((kind) => [...entriesOf(catalog, kind)])) {
    const objects = made.get(domainOf(manifest, database, id)?.name ?? '');
    if (objects === undefined || isHistoryTable(id)) continue;
    if (id.kind === 'schema') objects.schema = id;
    else if (id.kind === 'sequence') objects.sequences.push(id);
    else if (isType(id)) objects.types.push(id);
    else if (isRoutine(id)) objects.functions.push(id);
    else if (isRelation(id)) objects.relations.push(id);
    else objects.others.push(id);
  }
  return made;
}

/** @returns the schema that a domain's objects lie in, its own or shared, if the catalog has it. */
export const schemaOfDomain = (catalog: Catalog, { schema, domain }: DomainObjects): SchemaId | undefined =>
  schema ?? find<SchemaId>(catalog, { kind: 'schema', name: domain.schema })?.id;

/** @returns the relation of this name, of a domain's. */
export const relationNamed = (objects: DomainObjects, name: string): Relation | undefined =>
  byName(objects).get(name);
const byName = onceOf(
  ({ relations }: DomainObjects): ReadonlyMap<string, Relation> =>
    new Map(relations.map((relation) => [relation.name, relation])),
);

function identitiesByDomain(
  manifest: Manifest,
  catalog: Catalog,
  database: string,
): ReadonlyMap<string, readonly IdentitySequence[]> {
  const found = new Map<string, IdentitySequence[]>();
  for (const { sequence, column } of identityColumns(catalog).values()) {
    const domain = domainOf(manifest, database, sequence);
    const table = { kind: 'table', schema: column.schema, name: column.table } as const;
    if (domain !== undefined && !isHistoryTable(table)) pushTo(found, domain.name, { sequence, column });
  }
  return found;
}

/** The column that a sequence is owned by, when there is one: a serial or an identity column. */
export function owningColumn(catalog: Catalog, { schema, name }: SequenceId): ColumnId | undefined {
  const owned = find<{ kind: 'owned-by'; schema: string; name: string }, OwnedByAttributes>(catalog, {
    kind: 'owned-by',
    schema,
    name,
  });
  if (owned === undefined) return undefined;
  const { attrs } = owned;
  return { kind: 'column', schema: attrs.schema, table: attrs.table, name: attrs.column };
}

/**
 * @param only this table. Default: all.
 * @returns per table key, the sequences that an INSERT there draws from: in a default's nextval, or owned by a serial column.
 */
export function sequencesOfInserts(
  catalog: Catalog,
  only?: RelationId,
): ReadonlyMap<string, readonly SequenceId[]> {
  const isMeant = (id: { schema: string; table: string }) =>
    only === undefined || (id.schema === only.schema && id.table === only.name);
  const needed = new Map<string, SequenceId[]>();
  const need = (table: TableId, sequence: SequenceId) => {
    const already = needed.get(keyOf(table)) ?? [];
    needed.set(keyOf(table), already);
    if (!already.some((each) => keyOf(each) === keyOf(sequence))) already.push(sequence);
  };
  // Which default draws on it is nothing that the default says of itself.
  const { told } = edgeSource(catalog);
  for (const { id } of entriesOf(catalog, 'sequence')) {
    for (const dependent of told.to(keyOf(id))) {
      const by = catalog.entries.get(dependent)?.id;
      if (by?.kind === 'default' && isMeant(by))
        need({ kind: 'table', schema: by.schema, name: by.table }, id);
    }
    const column = owningColumn(catalog, id);
    if (column !== undefined && isMeant(column))
      need({ kind: 'table', schema: column.schema, name: column.table }, id);
  }
  return needed;
}

/** @returns the table that a partition is (directly) a partition of, or undefined for what is none. */
export function parentOf(catalog: Catalog, { schema, name }: Relation): TableId | undefined {
  const partition = find<PartitionId, PartitionAttributes>(catalog, { kind: 'partition', schema, name });
  if (partition === undefined) return undefined;
  return { kind: 'table', schema: partition.attrs.parentSchema, name: partition.attrs.parentTable };
}

/** @returns the topmost table above a partition; the relation itself when it is none. */
export function rootOf(catalog: Catalog, relation: Relation): Relation {
  let root = relation;
  for (let parent = parentOf(catalog, root); parent !== undefined; parent = parentOf(catalog, root))
    root = parent;
  return root;
}
