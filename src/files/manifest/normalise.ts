/** A manifest that its schema accepts → the manifest as the core sees it: defaults filled in, short forms written out. */
import { isWhole, parseGrantTarget } from '../../core/manifest/grant-target.ts';
import { nameOfPeriods, parseInterval } from '../../core/manifest/interval.ts';
import {
  channels,
  type BoundaryPolicy,
  type Channel,
  type Copy,
  type Crossing,
  type DatabaseDeclaration,
  type Domain,
  type GrantDeclaration,
  type GrantTarget,
  type Interval,
  type Isolation,
  type Manifest,
  type ManifestPath,
  type MembershipDeclaration,
  type PartitionSet,
  type Reference,
  type RenameHint,
  type RoleDeclaration,
  type TableDeclaration,
  type Unmanaged,
  type Waiver,
} from '../../core/manifest/manifest.ts';
import type { Severity } from '../../core/model/finding.ts';
import { passwordVariable } from './environment.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- the schema has checked the shape; types begin behind this file
type Raw = Record<string, any>;
type Report = (path: ManifestPath, message: string, help: string) => void;

/** @param baseOf the folder of the file that declares a domain. @param report for what the schema cannot say of a text's form. */
export function normalise(data: Raw, baseOf: (domain: string) => string, report: Report): Manifest {
  const domains = new Map(
    entries(data['domains']).map(([name, raw]) => [name, domain(name, raw, baseOf(name), report)]),
  );
  const declared = entries(data['databases']).map(([name, { url }]): [string, DatabaseDeclaration] => [
    name,
    { name, ...given('url', url || undefined) },
  ]);
  const databases = new Map<string, DatabaseDeclaration>(declared);
  // One database unless the manifest says otherwise; a domain with a database of its own brings it.
  const used = [...domains.values()].filter(({ isolation }) => isolation !== 'external');
  if (databases.size === 0 && used.every(({ isolation }) => isolation !== 'database'))
    databases.set('main', { name: 'main' });
  for (const { isolation, database } of used)
    if (!databases.has(database) && (isolation === 'database' || database === 'main'))
      databases.set(database, { name: database });
  const lint: Raw = data['lint'] ?? {};
  return {
    name: data['name'],
    databases,
    boundaries: boundaries(data['boundaries'] ?? {}),
    domains,
    roles: new Map(entries(data['roles']).map(([name, raw]) => [name, role(name, raw, report)])),
    public: grants(data['public'], ['public'], report),
    unmanaged: unmanaged(data['unmanaged'] ?? {}),
    lint: {
      rules: new Map<string, Severity | 'off'>(Object.entries(lint['rules'] ?? {})),
      ...given('baseline', lint['baseline']),
      waivers: list(lint['waivers']).map((raw: Raw, at): Waiver => ({
        rule: raw['rule'],
        subject: raw['subject'],
        owner: raw['owner'],
        reason: raw['reason'],
        ...given('until', raw['until']),
        path: ['lint', 'waivers', at],
      })),
    },
    migrations: data['migrations'] ?? 'migrations',
    online: data['online'] ?? true,
  };
}

const entries = (map: unknown): [string, Raw][] =>
  Object.entries((map ?? {}) as Record<string, Raw | null>).map(([name, value]) => [name, value ?? {}]);
const list = (value: unknown): Raw[] => {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
};
const texts = (value: unknown): string[] => list(value) as unknown as string[];
const given = <K extends string, V>(name: K, value: V | undefined | null): { [key in K]?: V } =>
  value === undefined || value === null ? {} : ({ [name]: value } as { [key in K]?: V });

/** A modular monolith's defaults: what crosses a boundary is declared. */
function boundaries(raw: Raw): Record<Channel, BoundaryPolicy> {
  return Object.fromEntries(channels.map((channel) => [channel, raw[channel] ?? 'declared'])) as Record<
    Channel,
    BoundaryPolicy
  >;
}

function unmanaged(raw: Raw): Unmanaged {
  return {
    roles: ['pg_*', ...texts(raw['roles'])],
    schemas: texts(raw['schemas']),
    otherRoles: raw['otherRoles'] ?? 'report',
  };
}

function domain(name: string, raw: Raw, sqlBase: string, report: Report): Domain {
  const path = ['domains', name];
  const isolation: Isolation = raw['isolation'] ?? 'schema';
  return {
    name,
    ...given('description', raw['description']),
    isolation,
    kind: raw['kind'] ?? 'domain',
    sharedWith: texts(raw['sharedWith']),
    schema: raw['schema'] ?? (isolation === 'schema' || isolation === 'external' ? name : 'public'),
    ...given('prefix', raw['prefix']),
    database: raw['database'] ?? (isolation === 'database' ? name : 'main'),
    ...given('engine', raw['engine']),
    ...given('owner', raw['owner']),
    owners: list(raw['owners']).map((each, at) => {
      const here = [...path, 'owners', at];
      return { targets: targetsOf(each['on'], here, report), owner: each['owner'] as string, path: here };
    }),
    rowSecurity: texts(raw['rowSecurity']),
    sql: texts(raw['sql']),
    sqlBase,
    tables: entries(raw['tables']).map(([table, each]) => tableOf(table, each, [...path, 'tables', table])),
    renames: renames(raw, path),
    crossings: list(raw['crossings']).map(
      (each, at) => ({ ...each, path: [...path, 'crossings', at] }) as unknown as Crossing,
    ),
    references: list(raw['references']).map(
      (each, at) => ({ ...each, path: [...path, 'references', at] }) as unknown as Reference,
    ),
    partitions: entries(raw['partitions']).map(([table, each]) =>
      partitionSet(table, each, [...path, 'partitions', table], report),
    ),
    outbox: raw['outbox'] ?? false,
    inbox: raw['inbox'] ?? false,
    copies: list(raw['copies']).map(
      (each, at) => ({ ...each, path: [...path, 'copies', at] }) as unknown as Copy,
    ),
  };
}

/** Hints stand with a domain's tables and columns, or, for what its SQL files make, with the domain. */
function renames(domain: Raw, path: ManifestPath): RenameHint[] {
  const key = 'renamed_from';
  const own = Object.entries((domain[key] ?? {}) as Record<string, string>).map(([name, from]) => ({
    name,
    from,
    path: [...path, key, name],
  }));
  const onTables = entries(domain['tables']).flatMap(([table, raw]) => {
    const place = [...path, 'tables', table];
    const columns = entries(raw['columns']).flatMap(([column, each]) =>
      each[key] === undefined
        ? []
        : [
            {
              name: `${table}.${column}`,
              from: each[key] as string,
              path: [...place, 'columns', column, key],
            },
          ],
    );
    const from = raw[key] as string | undefined;
    return [...(from === undefined ? [] : [{ name: table, from, path: [...place, key] }]), ...columns];
  });
  return [...own, ...onTables];
}

function tableOf(name: string, raw: Raw, path: ManifestPath): TableDeclaration {
  const definitions = (map: unknown) =>
    Object.entries((map ?? {}) as Record<string, string>).map(([each, definition]) => ({
      name: each,
      definition,
    }));
  return {
    name,
    ...given('comment', raw['comment']),
    columns: Object.entries((raw['columns'] ?? {}) as Record<string, string | Raw>).map(([column, value]) =>
      typeof value === 'string'
        ? { name: column, definition: value }
        : {
            name: column,
            definition: value['type'],
            ...given('comment', value['comment'] as string | undefined),
          },
    ),
    constraints: definitions(raw['constraints']),
    indexes: definitions(raw['indexes']),
    ...given('partitionBy', raw['partitionBy']),
    path,
  };
}

function partitionSet(table: string, raw: Raw, path: ManifestPath, report: Report): PartitionSet {
  const interval = (key: 'every' | 'retain'): Interval | undefined => {
    if (raw[key] === undefined) return undefined;
    const parsed = parseInterval(String(raw[key]));
    if (parsed === undefined)
      report(
        [...path, key],
        `\`${key}\` is no interval`,
        'Write a number and a unit: 1 month, 7 days, 12 hours.',
      );
    return parsed;
  };
  const every = interval('every') ?? { count: 1, unit: 'month' };
  const retain = interval('retain');
  return {
    table,
    by: raw['by'],
    every,
    premake: raw['premake'] ?? 3,
    ...given('retain', retain),
    name: raw['name'] ?? `${table}_${nameOfPeriods[every.unit]}`,
    timezone: raw['timezone'] ?? 'UTC',
    default: raw['default'] ?? false,
    grants: raw['grants'] ?? 'parent',
    path,
  };
}

function role(name: string, raw: Raw, report: Report): RoleDeclaration {
  const path = ['roles', name];
  return {
    name,
    login: raw['login'] ?? false,
    inherit: raw['inherit'] ?? true,
    createRole: raw['createRole'] ?? false,
    createDatabase: raw['createDatabase'] ?? false,
    replication: raw['replication'] ?? false,
    bypassRls: raw['bypassRls'] ?? false,
    superuser: raw['superuser'] ?? false,
    connectionLimit: raw['connectionLimit'] ?? -1,
    ...given('validUntil', raw['validUntil']),
    ...given('passwordEnv', raw['password'] === undefined ? undefined : passwordVariable(raw['password'])),
    memberOf: list(raw['memberOf']).map((each, at): MembershipDeclaration => {
      const long: Raw = typeof each === 'string' ? { role: each } : each;
      return {
        role: long['role'],
        admin: long['admin'] ?? false,
        ...given('inherit', long['inherit'] as boolean | undefined),
        ...given('set', long['set'] as boolean | undefined),
        path: [...path, 'memberOf', at],
      };
    }),
    grants: grants(raw['grants'], [...path, 'grants'], report),
    settings: new Map(
      Object.entries((raw['settings'] ?? {}) as Record<string, unknown>).map(([key, value]) => [
        key,
        String(value),
      ]),
    ),
    ...given('comment', raw['comment']),
    path,
  };
}

function grants(raw: unknown, path: ManifestPath, report: Report): GrantDeclaration[] {
  return list(raw).map((each, at): GrantDeclaration => {
    const here = [...path, at];
    const targets = targetsOf(each['on'], here, report);
    const exact: boolean = each['exact'] ?? false;
    return {
      targets,
      privileges: texts(each['privileges']).map((word) => word.toLowerCase()),
      future: each['future'] ?? (!exact && targets.some(isWhole)),
      grantOption: each['grantOption'] ?? false,
      exact,
      path: here,
    };
  });
}

function targetsOf(written: unknown, here: ManifestPath, report: Report): GrantTarget[] {
  return list(written).flatMap((on, index) => {
    const parsed = parseGrantTarget(on);
    if (!('error' in parsed)) return [parsed];
    report(Array.isArray(written) ? [...here, 'on', index] : [...here, 'on'], parsed.error, parsed.help);
    return [];
  });
}
