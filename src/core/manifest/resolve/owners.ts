/** Who owns a domain's objects, and what ownership brings with it. */
import { type OwnerAttributes, owner as ownerKind } from '../../kinds/owner.ts';
import { publicPrivileges } from '../../kinds/privileges.ts';
import { type Catalog, find } from '../../model/catalog.ts';
import type { Entry } from '../../model/entry.ts';
import type { ObjectId, OwnerId } from '../../model/id.ts';
import type { Manifest } from '../manifest.ts';
import { isUnmanagedRole } from '../unmanaged.ts';
import { declaredOwner } from './declared-owner.ts';
import type { DomainObjects } from './domain-objects.ts';
import type { Expected } from './expected.ts';

/**
 * @returns the owner of an object of a domain, when the manifest names one that it manages, and in any case the
 * privileges that the owner (declared, or else the one there is) and PUBLIC hold without any GRANT.
 */
export function* expectOwner(
  manifest: Pick<Manifest, 'unmanaged'>,
  catalog: Catalog,
  objects: DomainObjects,
  on: ObjectId,
): Generator<Expected> {
  const { domain } = objects;
  const named = managedOwner(manifest, catalog, objects, on);
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

/** @returns the role that the manifest names as an object's owner, when it manages that role. */
export function managedOwner(
  manifest: Pick<Manifest, 'unmanaged'>,
  catalog: Catalog,
  objects: DomainObjects,
  on: ObjectId,
): ReturnType<typeof declaredOwner> {
  const declared = declaredOwner(catalog, objects, on);
  return declared !== undefined && !isUnmanagedRole(manifest, declared.role) ? declared : undefined;
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
