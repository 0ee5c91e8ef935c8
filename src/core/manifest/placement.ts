/** Where an entry belongs among the domains, and what of a live database is a manifest's business at all. */
import type { IndexAttributes } from '../kinds/parts.ts';
import { clusterDomain } from '../migration/version.ts';
import { type Catalog, find } from '../model/catalog.ts';
import { type Id, type IndexId, keyOf, objectOf, schemaOf } from '../model/id.ts';
import { domainOf, domainsIn } from './domain-of.ts';
import type { Manifest } from './manifest.ts';
import { isOfSet, partitionSets } from './partition-sets.ts';
import { isUnmanagedRole } from './unmanaged.ts';

/** @returns `_cluster`, a domain's name, `rest` for what lies in no schema or in one that is nobody's own; undefined for what nobody claims. */
export type Placement = (id: Id) => string | undefined;

/** @param catalogs where an index's table is looked up. */
export function placement(
  manifest: Manifest,
  database: string,
  catalogs: readonly Catalog[],
  rest: string,
): Placement {
  return (id) => {
    const object = objectOf(id);
    switch (object.kind) {
      case 'role':
      case 'membership':
      case 'parameter':
        return clusterDomain;
      case 'database':
      case 'extension':
        return rest;
      case 'schema':
        return domainOf(manifest, database, object)?.name ?? rest;
      case 'default-privilege':
        // Those of a schema that domains share are nobody's own.
        return domainOf(manifest, database, object)?.name ?? rest;
      case 'index': {
        // An index follows its table, whatever it is called.
        const table = catalogs.map((each) => tableOf(object, each)).find(Boolean);
        return domainOf(manifest, database, table ?? object)?.name;
      }
      default:
        // What lies in no schema (a foreign server, an event trigger) is the whole database's.
        return schemaOf(object) === undefined ? rest : domainOf(manifest, database, object)?.name;
    }
  };
}

/**
 * @returns whether an entry of either side is a manifest's business: it lies in a domain, or the manifest's side has
 * such an object. Roles that it does not know, and what they hold, are theirs who made them.
 */
export function governs(
  manifest: Manifest,
  database: string,
): (id: Id, on: Catalog, declared: Catalog) => boolean {
  const schemas = new Set(domainsIn(manifest, database).map(({ schema }) => schema));
  const sets = partitionSets(manifest, database);
  return (id, on, declared) => {
    const knows = (role: string) =>
      role === 'public' || find(declared, { kind: 'role', name: role }) !== undefined;
    if (id.kind === 'grant' && !knows(id.to) && !revokes(manifest, id.to)) return false;
    if (id.kind === 'default-privilege') return knows(id.role) && (knows(id.to) || revokes(manifest, id.to));
    if (id.kind === 'membership') return knows(id.role) && knows(id.member);
    const object = objectOf(id);
    const schema = schemaOf(object);
    // Privileges on a parameter are the whole cluster's: those that nobody declares here are others'.
    const declares = object.kind === 'parameter' ? id : object;
    if (schema === undefined) return declared.entries.has(keyOf(declares));
    if (object.kind === 'schema') return schemas.has(schema);
    const table = sets.size === 0 ? undefined : tableOf(object, on);
    if (table?.kind === 'table' && isOfSet(table, on, sets) && !declared.entries.has(keyOf(table)))
      return false;
    return placement(manifest, database, [on, declared], '')(object) !== undefined;
  };
}

/** @returns the table of an index, if the catalog has it; anything else is its own. */
function tableOf(object: Id, on: Catalog): Id | undefined {
  if (object.kind !== 'index') return object;
  const index = find<IndexId, IndexAttributes>(on, object);
  return index && { kind: 'table', schema: object.schema, name: index.attrs.table };
}

const revokes = (manifest: Manifest, role: string) =>
  manifest.unmanaged.otherRoles === 'revoke' && !isUnmanagedRole(manifest, role);
