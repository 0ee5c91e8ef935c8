/** Owners as they are: one per domain, and what belongs to others. */
import type { OwnerAttributes } from '../kinds/owner.ts';
import type { Domain, GrantTarget, Manifest, OwnerDeclaration } from '../manifest/manifest.ts';
import { type DomainObjects, objectsByDomain, owningColumn } from '../manifest/resolve/domain-objects.ts';
import { ownable } from '../manifest/resolve/owners.ts';
import { type Catalog, find } from '../model/catalog.ts';
import { type ObjectId, type OwnerId, isRelation, isRoutine, isType } from '../model/id.ts';

/** @returns the manifest with each domain's owner: whoever has most of it, unless that is a role that is left alone. */
export function withOwners(manifest: Manifest, catalog: Catalog, database: string): Manifest {
  const domains = [...manifest.domains.values()];
  const objects = objectsByDomain(manifest, catalog, database, domains);
  return {
    ...manifest,
    domains: new Map(
      domains.map((domain) => [domain.name, ownersOf(domain, objects.get(domain.name)!, manifest, catalog)]),
    ),
  };
}

function ownersOf(
  domain: Domain,
  objects: DomainObjects,
  { roles, unmanaged }: Manifest,
  catalog: Catalog,
): Domain {
  const owned = ownable(objects)
    // A serial's sequence is its table's.
    .filter((on) => on.kind !== 'sequence' || owningColumn(catalog, on) === undefined)
    .map((on) => ({ on, role: find<OwnerId, OwnerAttributes>(catalog, { kind: 'owner', on })?.attrs.role }));
  const count = new Map<string | undefined, number>();
  // The schema is often an administrator's, whoever has what lies in it.
  const inSchema = owned.filter(({ on }) => on.kind !== 'schema');
  for (const { role } of inSchema.length === 0 ? owned : inSchema)
    count.set(role, (count.get(role) ?? 0) + 1);
  const [most] = [...count].sort(
    ([a, first], [b, second]) => second - first || ((a ?? '') < (b ?? '') ? -1 : 1),
  );
  const first = most?.[0] !== undefined && roles.has(most[0]) ? most[0] : undefined;
  // What cannot be named is its domain's owner's, or SQL says whose it is: then the domain has none.
  const owner = owned.some(({ on, role }) => role !== first && targetOf(domain.name, on) === undefined)
    ? undefined
    : first;
  const byRole = new Map<string, GrantTarget[]>();
  for (const { on, role } of owned) {
    const target = targetOf(domain.name, on);
    if (target === undefined || role === owner) continue;
    if (owner === undefined && (role === undefined || !roles.has(role))) continue;
    // Whoever applies the migrations has no name here: any role that is left alone says as much.
    const other = role ?? unmanaged.roles[0]!;
    byRole.set(other, [...(byRole.get(other) ?? []), target]);
  }
  const owners = [...byRole].map(([role, targets], at): OwnerDeclaration => ({
    targets,
    owner: role,
    path: ['domains', domain.name, 'owners', at],
  }));
  return { ...domain, ...(owner === undefined ? {} : { owner }), owners };
}

/** @returns an object as a grant or an owner names it, or undefined for what neither can name. */
export function targetOf(domain: string, on: ObjectId): GrantTarget | undefined {
  if (on.kind === 'schema') return { kind: 'schema', domain };
  if (isRelation(on)) return { kind: 'table', domain, table: on.name };
  if (on.kind === 'sequence') return { kind: 'sequences', domain, name: on.name };
  if (isType(on)) return { kind: 'types', domain, name: on.name };
  if (isRoutine(on)) return { kind: 'functions', domain, name: `${on.name}(${on.args})` };
  return undefined;
}
