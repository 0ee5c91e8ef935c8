/** The role that the manifest names as an object's owner. */
import type { Catalog } from '../../model/catalog.ts';
import {
  type AggregateId,
  type FunctionId,
  type ObjectId,
  isRelation,
  isRoutine,
  isType,
} from '../../model/id.ts';
import type { GrantTarget, ManifestPath } from '../manifest.ts';
import { type DomainObjects, owningColumn } from './domain-objects.ts';

/** @returns the role named for an object: by itself, or for all of the domain. A serial's sequence is its table's. */
export function declaredOwner(
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
      return isRoutine(on) && (target.name === undefined || isNamed(on, target.name));
    case 'columns':
      return false;
  }
}

/** Whether `total(integer)`, or `total` for all of that name, means this function. */
export function isNamed({ name, args }: FunctionId | AggregateId, written: string): boolean {
  const plain = (text: string) => text.replaceAll(/\s*([,()])\s*/g, '$1');
  return written === name || plain(written) === plain(`${name}(${args})`);
}
