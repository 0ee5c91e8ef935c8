/** A live database → a manifest and the SQL of its domains: what there is, said as a desired state. */
import type { Manifest } from '../manifest/manifest.ts';
import { placement } from '../manifest/placement.ts';
import type { Catalog, NotAnalysed } from '../model/catalog.ts';
import type { LiveInput } from '../rules/input.ts';
import { withCrossings } from './crossings.ts';
import { type Cut, domainsOf } from './domains.ts';
import { withGrants } from './grants.ts';
import { withOwners } from './owners.ts';
import { partitionSetsOf } from './partition-sets.ts';
import { rolesOf } from './roles.ts';
import { scopeOf } from './scope.ts';
import { type DomainSql, sqlOf } from './sql.ts';

export interface Adopted {
  readonly manifest: Manifest;
  readonly sql: ReadonlyMap<string, DomainSql>;
  /** What of the database is in neither. */
  readonly leftOut: readonly NotAnalysed[];
  /** By domain, tables partitioned by time that are no partition sets, and why. */
  readonly irregular: ReadonlyMap<string, readonly { readonly table: string; readonly why: string }[]>;
  /** The catalog that manifest and SQL are to make. */
  readonly target: Catalog;
}

/** The one database of a manifest that was read from a database. */
export const database = 'main';

/**
 * @param live as it was introspected, with what its functions use.
 * @param name the system's name.
 * @throws KnownError (2) when there is nothing to make domains of.
 */
export function adopt(
  { live, uses, now }: Pick<LiveInput, 'live' | 'uses' | 'now'>,
  name: string,
  by: Cut,
): Adopted {
  const { catalog: target, roles, unmanaged, leftOut } = scopeOf(live);
  const bare: Manifest = {
    name,
    databases: new Map([[database, { name: database }]]),
    boundaries: {} as Manifest['boundaries'],
    domains: new Map(domainsOf(target, by).map((domain) => [domain.name, domain])),
    roles: new Map(
      rolesOf(target)
        .filter((role) => roles.has(role.name))
        .map((role) => [role.name, role]),
    ),
    public: [],
    online: true,
    unmanaged: { roles: unmanaged, schemas: [], otherRoles: 'report' },
    lint: { rules: new Map(), waivers: [] },
    migrations: 'migrations',
  };
  const [first] = bare.domains.keys();
  const place = placement(bare, database, [target], first!);
  const irregular = new Map<string, readonly { table: string; why: string }[]>();
  const withSets: Manifest = {
    ...bare,
    domains: new Map(
      [...bare.domains].map(([each, domain]) => {
        const found = partitionSetsOf(target, domain, (id) => place(id) === each, now);
        irregular.set(each, found.irregular);
        return [each, { ...domain, partitions: found.sets }];
      }),
    ),
  };
  const owned = withOwners(withSets, target, database);
  const granted = withGrants(owned, target, database);
  const sql = sqlOf(granted, target, database);
  const withFiles: Manifest = {
    ...granted,
    domains: new Map(
      [...granted.domains].map(([each, domain]) => [
        each,
        sql.has(each) ? { ...domain, sql: ['*.sql'] } : domain,
      ]),
    ),
  };
  return {
    manifest: withCrossings(withFiles, { database, live: target, uses, now }),
    sql,
    leftOut,
    irregular,
    target,
  };
}
