/** Which domains a grown database has: one per schema, or one per prefix of the names in `public`. */
import { clusterDomain } from '../migration/version.ts';
import { type Catalog, entriesOf, find } from '../model/catalog.ts';
import { objectOf, schemaOf } from '../model/id.ts';
import { inputError } from '../model/problem.ts';
import type { Domain } from '../manifest/manifest.ts';

export type Cut = 'schema' | 'prefix';

/** @returns the domains, bare: without owners, crossings and partition sets. @throws KnownError (2) when there is none. */
export function domainsOf(catalog: Catalog, by: Cut): Domain[] {
  const names = namesBySchema(catalog);
  const taken = new Set<string>([clusterDomain]);
  const domains: Domain[] = [];
  for (const { id } of entriesOf(catalog, 'schema')) {
    const objects = names.get(id.name) ?? [];
    if (by === 'prefix' && id.name === 'public') {
      for (const [prefix] of prefixesOf(objects))
        domains.push(
          domain(prefix.replace(/_+$/, '') || prefix, taken, {
            isolation: 'prefix',
            schema: id.name,
            prefix,
          }),
        );
    } else if (objects.length > 0 || !isLeftToServer(catalog, id.name)) {
      const description = find(catalog, { kind: 'comment', on: id })?.attrs['text'];
      domains.push(
        domain(id.name, taken, {
          schema: id.name,
          // Every database begins with this one.
          ...(typeof description === 'string' && description !== 'standard public schema'
            ? { description }
            : {}),
        }),
      );
    }
  }
  if (domains.length === 0)
    throw inputError({
      message: 'the database has no tables or other objects to make domains of',
      help: 'Name another database with --from, or begin anew: dbctl init.',
    });
  if (by === 'prefix' && (names.get('public') ?? []).length === 0)
    throw inputError({
      message: 'the schema public has nothing that prefixes could tell apart',
      help: 'Leave --by out: each schema becomes a domain.',
    });
  return domains;
}

function domain(wanted: string, taken: Set<string>, own: Partial<Domain> & Pick<Domain, 'schema'>): Domain {
  // It names a folder and stands before a dot in paths; some file systems do not tell capitals apart.
  const plain = wanted.replaceAll(/[^\p{L}\p{N}_-]+/gu, '_').replace(/^_+(?=.)/, '') || 'domain';
  let name = plain;
  for (let n = 2; taken.has(name.toLowerCase()); n += 1) name = `${plain}_${n}`;
  taken.add(name.toLowerCase());
  return {
    name,
    isolation: 'schema',
    kind: 'domain',
    sharedWith: [],
    database: 'main',
    owners: [],
    rowSecurity: [],
    sql: [],
    sqlBase: '',
    tables: [],
    crossings: [],
    references: [],
    renames: [],
    partitions: [],
    outbox: false,
    inbox: false,
    copies: [],
    ...own,
  };
}

/** Names of the objects in each schema; an index or a constraint goes with its table. */
function namesBySchema(catalog: Catalog): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const { id } of catalog.entries.values()) {
    const schema = schemaOf(id);
    if (schema === undefined || objectOf(id) !== id || !('name' in id)) continue;
    if (id.kind === 'schema' || id.kind === 'index') continue;
    names.set(schema, [...(names.get(schema) ?? []), id.name]);
  }
  return names;
}

/** `public` is in every database; a schema made for an extension holds nothing else. */
const isLeftToServer = (catalog: Catalog, schema: string): boolean =>
  schema === 'public' || [...entriesOf(catalog, 'extension')].some(({ attrs }) => attrs['schema'] === schema);

/**
 * @param names of objects: `orders_items`, `orders`, `set_updated_at`.
 * @returns prefixes of which none begins with another, each with its names: `orders_`, or `orders` where a name is
 * just that; names without an underscore stand for themselves.
 */
export function prefixesOf(names: readonly string[]): [prefix: string, names: string[]][] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const stem = /^([^_]+)_/.exec(name)?.[1] ?? name;
    groups.set(stem, [...(groups.get(stem) ?? []), name]);
  }
  const prefixes = [...groups].map(([stem, members]): [string, string[]] => [
    members.every((name) => name.startsWith(`${stem}_`)) ? `${stem}_` : stem,
    members,
  ]);
  const apart: [string, string[]][] = [];
  for (const [prefix, members] of prefixes.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const above = apart.find(([shorter]) => prefix.startsWith(shorter));
    if (above === undefined) apart.push([prefix, members]);
    else above[1].push(...members);
  }
  return apart;
}
