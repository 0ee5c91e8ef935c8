/** Which domain an object belongs to: by its schema, or by its name's prefix where domains share a schema. */
import { type Id, objectOf, schemaOf } from '../model/id.ts';
import { onceOf } from '../model/once-of.ts';
import { pushTo } from '../model/push-to.ts';
import type { Domain, Manifest } from './manifest.ts';

/** @returns the domains whose objects lie in this database, in the manifest's order. */
export function domainsIn(manifest: Manifest, database: string): readonly Domain[] {
  return [...manifest.domains.values()].filter(
    (domain) => domain.isolation !== 'external' && domain.database === database,
  );
}

/** @returns the roles that own something of a domain by its declaration. */
export const ownersOf = ({ owner, owners }: Domain): readonly string[] => [
  ...(owner === undefined ? [] : [owner]),
  ...owners.map((each) => each.owner),
];

/** By database and schema, the domains that lie there. */
const bySchema = onceOf((domains: Manifest['domains']): ReadonlyMap<string, readonly Domain[]> => {
  const there = new Map<string, Domain[]>();
  for (const domain of domains.values())
    if (domain.isolation !== 'external') pushTo(there, `${domain.database}\0${domain.schema}`, domain);
  return there;
});

/**
 * @returns the domain that an entry belongs to, or undefined for what lies in none. The longest prefix wins; a
 * schema that several domains share belongs to none of them.
 */
export function domainOf(manifest: Manifest, database: string, id: Id): Domain | undefined {
  const schema = schemaOf(id);
  if (schema === undefined) return undefined;
  const here = bySchema(manifest.domains).get(`${database}\0${schema}`) ?? [];
  const object = objectOf(id);
  if (object.kind === 'schema' || object.kind === 'default-privilege')
    // A prefix claims names in a schema, never the schema.
    return here.find(({ prefix }) => prefix === undefined);
  const name = 'name' in object ? object.name : '';
  return here
    .filter(({ prefix }) => name.startsWith(prefix ?? ''))
    .reduce<Domain | undefined>(
      (best, domain) =>
        best === undefined || (domain.prefix ?? '').length > (best.prefix ?? '').length ? domain : best,
      undefined,
    );
}
