/** Who owns a domain's objects, and what ownership brings with it. */
import { type OwnerAttributes, owner as ownerKind } from '../../kinds/owner.ts';
import { publicPrivileges } from '../../kinds/privileges.ts';
import { type Catalog, find } from '../../model/catalog.ts';
import type { Entry } from '../../model/entry.ts';
import { type ObjectId, type OwnerId, isRelation, isType } from '../../model/id.ts';
import type { GrantTarget, Manifest, ManifestPath } from '../manifest.ts';
import { isUnmanagedRole } from '../unmanaged.ts';
import { type DomainObjects, owningColumn } from './domain-objects.ts';
import type { Expected } from './expected.ts';
import { isNamed } from './grants.ts';

/**
 * @returns the owner of the domain's schema and of every object in it, when the manifest names one that it manages,
 * and in any case the privileges that the owner (declared, or else the one there is) and PUBLIC hold without any GRANT.
 */
export function* expectOwners(
  manifest: Pick<Manifest, 'unmanaged'>,
  catalog: Catalog,
  objects: DomainObjects,
): Generator<Expected> {
  const { domain } = objects;
  for (const on of ownable(objects)) {
    const declared = declaredOwner(catalog, objects, on);
    const named = declared !== undefined && !isUnmanagedRole(manifest, declared.role) ? declared : undefined;
    const role = named?.role ?? find<OwnerId, OwnerAttributes>(catalog, { kind: 'owner', on })?.attrs.role;
    if (role !== undefined) {
      const owner: Entry<OwnerId, OwnerAttributes> = { id: { kind: 'owner', on }, attrs: { role } };
      if (named !== undefined)
        yield {
          entry: { id: owner.id, attrs: { role } },
          because: { as: 'owner', domain: domain.name, path: named.path },
        };
      for (const entry of ownerKind.implies?.(owner, catalog) ?? [])
        yield { entry, because: { as: 'default', domain: domain.name } };
    }
    for (const privilege of publicPrivileges(on.kind))
      yield {
        entry: { id: { kind: 'grant', on, to: 'public', privilege }, attrs: { grantable: false } },
        because: { as: 'default', domain: domain.name },
      };
  }
}

/** The schema first: its new owner needs to be able to create there. */
export function ownable(objects: DomainObjects): readonly ObjectId[] {
  const { schema, relations, sequences, types, functions, others } = objects;
  return [
    ...(schema === undefined ? [] : [schema]),
    ...relations,
    ...sequences,
    ...types,
    ...functions,
    ...others,
  ];
}

/** The role that the manifest names for an object: by itself, or for all of the domain. A serial's sequence is its table's. */
function declaredOwner(
  catalog: Catalog,
  { domain }: DomainObjects,
  on: ObjectId,
): { readonly role: string; readonly path: ManifestPath } | undefined {
  const column = on.kind === 'sequence' ? owningColumn(catalog, on) : undefined;
  const object: ObjectId =
    column === undefined ? on : { kind: 'table', schema: column.schema, name: column.table };
  for (const { targets, owner: role, path } of domain.owners)
    if (targets.some((target) => meansObject(target, object))) return { role, path };
  return domain.owner === undefined
    ? undefined
    : { role: domain.owner, path: ['domains', domain.name, 'owner'] };
}

function meansObject(target: GrantTarget, on: ObjectId): boolean {
  switch (target.kind) {
    case 'domain':
      return true;
    case 'schema':
      return on.kind === 'schema';
    case 'table':
      return isRelation(on) && on.name === target.table;
    case 'tables':
      return isRelation(on) && (target.name ?? on.name) === on.name;
    case 'sequences':
      return on.kind === 'sequence' && (target.name ?? on.name) === on.name;
    case 'types':
      return isType(on) && (target.name ?? on.name) === on.name;
    case 'functions':
      return (
        (on.kind === 'function' || on.kind === 'aggregate') &&
        (target.name === undefined || isNamed(on, target.name))
      );
    case 'columns':
      return false;
  }
}
