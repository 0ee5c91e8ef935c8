/** Grant declarations written out: one entry per object, grantee and privilege, and the default privileges of objects to come. */
import type { Catalog } from '../../model/catalog.ts';
import type { Attributes } from '../../model/entry.ts';
import { onceOf } from '../../model/once-of.ts';
import type { OwnerAttributes } from '../../kinds/owner.ts';
import { find, relationOf } from '../../model/catalog.ts';
import {
  type ColumnId,
  type DefaultPrivilegeId,
  type ObjectId,
  type OwnerId,
  type SequenceId,
  keyOf,
} from '../../model/id.ts';
import type { Domain, GrantDeclaration, GrantTarget } from '../manifest.ts';
import { ofIdentity } from '../../kinds/identity-privileges.ts';
import { declaredOwner, isNamed } from './declared-owner.ts';
import {
  type DomainObjects,
  type IdentitySequence,
  type Relation,
  parentOf,
  relationNamed,
  rootOf,
  schemaOfDomain,
  sequencesOfInserts,
} from './domain-objects.ts';
import type { Expected, GrantReason } from './expected.ts';
import { privilegesFrom } from './presets.ts';

/** What the expansion of grants reads. */
export interface GrantScope {
  readonly catalog: Catalog;
  readonly objects: ReadonlyMap<string, DomainObjects>;
}

/** What a declaration gives one role on one object. */
export interface WantedGrants {
  readonly on: ObjectId;
  readonly to: string;
  readonly privileges: readonly string[];
  readonly grantable: boolean;
  readonly because: GrantReason;
  readonly aside?: Attributes;
}

/** @returns the entries of one declaration for one role, as `grantsWanted`, each by itself. */
export function* expectGrant(
  scope: GrantScope,
  declaration: GrantDeclaration,
  to: string,
): Generator<Expected> {
  for (const wanted of grantsWanted(scope, declaration, to))
    if ('entry' in wanted) yield wanted;
    else yield* eachOf(wanted);
}

/** @returns an entry for each of the privileges. */
export function* eachOf({
  on,
  to,
  privileges,
  grantable,
  because,
  aside,
}: WantedGrants): Generator<Expected> {
  for (const privilege of privileges) {
    const entry = { id: { kind: 'grant', on, to, privilege }, attrs: { grantable } } as const;
    yield { entry: aside === undefined ? entry : { ...entry, aside }, because };
  }
}

/**
 * @returns what one declaration gives one role (`public` for PUBLIC) on the objects that the catalog has, and in future.
 *
 * A domain, or tables of it, bring USAGE on its schema with them, because without it they give nothing. Privileges
 * with INSERT bring USAGE on the sequences that the insert draws from; and where future objects are included, on all
 * of the domain's sequences, since that is what a sequence made tomorrow gets. An INSERT needs nothing on the sequence of
 * an identity column: that is granted on with all sequences, by its name, or where a domain gives `all`.
 */
export function* grantsWanted(
  scope: GrantScope,
  declaration: GrantDeclaration,
  to: string,
): Generator<WantedGrants | Expected> {
  for (const target of declaration.targets) {
    const objects = scope.objects.get(target.domain);
    if (objects !== undefined) yield* expectTarget(scope, declaration, to, target, objects);
  }
}

function* expectTarget(
  { catalog }: GrantScope,
  { privileges: words, path, future, grantOption, exact }: GrantDeclaration,
  to: string,
  target: GrantTarget,
  objects: DomainObjects,
): Generator<WantedGrants | Expected> {
  const { domain } = objects;
  const version = catalog.serverVersion;
  const because: GrantReason = { as: 'grant', domain: domain.name, to, path };
  const on = (
    object: ObjectId,
    privileges: readonly string[],
    grantable = grantOption,
    parent?: string,
  ): WantedGrants => ({
    on: object,
    to,
    privileges,
    grantable,
    because: parent === undefined ? because : { ...because, parent },
  });
  const toCome = (kinds: DefaultPrivilegeId['objects'], privileges: readonly string[]) =>
    future ? expectFuture(domain, kinds, to, privileges, grantOption, because) : [];
  // Where domains share a schema, each brings USAGE on it; the schema itself is granted by none.
  const schema = schemaOfDomain(catalog, objects);
  const usage = schema === undefined || exact ? [] : [on(schema, justUsage, false)];
  const onTables = privilegesFrom(words, 'table', version);
  const inserts = onTables.includes('insert');

  switch (target.kind) {
    case 'schema':
      if (objects.schema !== undefined) yield on(objects.schema, privilegesFrom(words, 'schema', version));
      return;
    case 'domain': {
      yield* usage;
      // CREATE would make it an owner of objects here: never meant by `all`, only by its name.
      if (objects.schema !== undefined && words.includes('create')) yield on(objects.schema, ['create']);
      for (const relation of objects.relations)
        if (carriesGrants(catalog, domain, relation)) yield onRelation(relation, onTables);
      const everySequence = (!exact && words.includes('all')) || (inserts && future && canForesee(domain));
      const sequences = everySequence
        ? objects.sequences
        : inserts && !exact
          ? objects.relations.flatMap((relation) => sequencesFor(catalog, relation))
          : [];
      const onSequences = words.includes('all') ? privilegesFrom(['all'], 'sequence', version) : ['usage'];
      for (const sequence of sequences) yield on(sequence, onSequences);
      if (!exact && words.includes('all')) yield* onIdentities(onSequences);
      yield* toCome('tables', onTables);
      if (inserts) yield* toCome('sequences', onSequences);
      return;
    }
    case 'tables':
      yield* usage;
      for (const relation of objects.relations)
        if (
          (target.name === undefined || relation.name === target.name) &&
          carriesGrants(catalog, domain, relation)
        )
          yield onRelation(relation, onTables);
      if (target.name === undefined) yield* toCome('tables', onTables);
      return;
    case 'table':
    case 'columns': {
      const named = relationNamed(objects, target.table);
      if (named === undefined) return;
      yield* usage;
      const relations = exact ? [named] : [named, ...partitionsOf(catalog, domain, objects, named)];
      for (const relation of relations)
        if (target.kind === 'table') yield onRelation(relation, onTables);
        else
          for (const column of columnsOf(catalog, relation, target.columns))
            yield on(column, privilegesFrom(words, 'column', version));
      if (exact) return;
      if (target.kind === 'table' ? inserts : privilegesFrom(words, 'column', version).includes('insert'))
        for (const sequence of sequencesFor(catalog, named)) yield on(sequence, ['usage']);
      return;
    }
    case 'sequences':
      yield* usage;
      for (const sequence of objects.sequences)
        if (target.name === undefined || sequence.name === target.name)
          yield on(sequence, privilegesFrom(words, 'sequence', version));
      yield* onIdentities(privilegesFrom(words, 'sequence', version), target.name);
      if (target.name === undefined) yield* toCome('sequences', privilegesFrom(words, 'sequence', version));
      return;
    case 'types':
      yield* usage;
      for (const type of objects.types)
        if (target.name === undefined || type.name === target.name)
          yield on(type, privilegesFrom(words, 'enum', version));
      if (target.name === undefined) yield* toCome('types', ['usage']);
      return;
    case 'functions':
      yield* usage;
      for (const routine of objects.functions)
        if (target.name === undefined || isNamed(routine, target.name))
          yield on(routine, privilegesFrom(words, 'function', version));
      if (target.name === undefined) yield* toCome('functions', privilegesFrom(words, 'function', version));
      return;
  }

  /** Of identity columns. Their owner is the table's, who holds all of it. */
  function* onIdentities(privileges: readonly string[], name?: string): Generator<WantedGrants> {
    for (const identity of objects.identities())
      if (
        (name ?? identity.sequence.name) === identity.sequence.name &&
        willOwn(catalog, objects, identity) !== to
      )
        yield { ...on(identity.sequence, privileges), aside: ofIdentity(identity.column) };
  }

  function onRelation(relation: Relation, privileges: readonly string[]): WantedGrants {
    const parent = parentOf(catalog, relation);
    return on(relation, privileges, grantOption, parent && keyOf(parent));
  }
}

/** What a target brings with it: on its schema. */
export const justUsage: readonly string[] = ['usage'];

/** @returns who is to own an identity column's sequence: with its table. */
export function willOwn(
  catalog: Catalog,
  objects: DomainObjects,
  { column }: IdentitySequence,
): string | undefined {
  const on = relationOf(catalog, column);
  return (
    declaredOwner(catalog, objects, on)?.role ??
    find<OwnerId, OwnerAttributes>(catalog, { kind: 'owner', on })?.attrs.role
  );
}

/** Default privileges in a schema hold for all of it: where domains share one, they would reach the others' tables. */
function canForesee(domain: Domain): domain is Domain & { readonly owner: string } {
  return domain.owner !== undefined && domain.prefix === undefined;
}

function* expectFuture(
  domain: Domain,
  kinds: DefaultPrivilegeId['objects'],
  to: string,
  privileges: readonly string[],
  grantable: boolean,
  because: GrantReason,
): Generator<Expected> {
  if (!canForesee(domain) || domain.owner === to) return;
  const { owner, schema } = domain;
  for (const privilege of privileges)
    yield {
      entry: {
        id: { kind: 'default-privilege', role: owner, schema, objects: kinds, to, privilege },
        attrs: { grantable },
      },
      because,
    };
}

/** @returns whether a domain’s grants reach a relation. A partition carries its parent's grants unless its partition set says `grants: none`. */
export function carriesGrants(catalog: Catalog, domain: Domain, relation: Relation): boolean {
  const root = rootOf(catalog, relation);
  if (root === relation) return true;
  return domain.partitions.find(({ table }) => table === root.name)?.grants !== 'none';
}

/** The partitions that carry a grant on a named table: those of a declared partition set. */
function partitionsOf(
  catalog: Catalog,
  domain: Domain,
  { relations }: DomainObjects,
  table: Relation,
): Relation[] {
  if (domain.partitions.find((set) => set.table === table.name)?.grants !== 'parent') return [];
  return relations.filter(
    (relation) => relation !== table && keyOf(rootOf(catalog, relation)) === keyOf(table),
  );
}

const sequencesByTable = onceOf(sequencesOfInserts);
const sequencesFor = (catalog: Catalog, relation: Relation): readonly SequenceId[] =>
  sequencesByTable(catalog).get(keyOf(relation)) ?? [];

/** A view's columns are no entries: those that a grant names are taken at its word. */
function columnsOf(
  catalog: Catalog,
  { kind, schema, name: table }: Relation,
  names: readonly string[],
): ColumnId[] {
  const columns = names.map((name): ColumnId => ({ kind: 'column', schema, table, name }));
  return kind === 'view' || kind === 'materialized-view'
    ? columns
    : columns.filter((column) => find(catalog, column) !== undefined);
}
