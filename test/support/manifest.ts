/** Manifests for tests of the core, in short: what a test does not say has the manifest's defaults. */
import {
  type Domain,
  type GrantDeclaration,
  type GrantTarget,
  type Manifest,
  type RoleDeclaration,
  channels,
} from '../../src/core/manifest/manifest.ts';

export type DomainInShort = Partial<Domain>;
export interface RoleInShort extends Partial<
  Omit<RoleDeclaration, 'grants' | 'memberOf' | 'settings' | 'name' | 'path'>
> {
  /** A domain's name, `domain.table`, `domain.table(a, b)`, or a target. */
  readonly grants?: readonly (readonly [on: string | GrantTarget, ...privileges: string[]])[];
  readonly memberOf?: readonly (
    | string
    | { role: string; admin?: boolean; inherit?: boolean; set?: boolean }
  )[];
  readonly settings?: Readonly<Record<string, string>>;
}

export function manifestOf(given: {
  readonly domains: Readonly<Record<string, DomainInShort>>;
  readonly roles?: Readonly<Record<string, RoleInShort>>;
  readonly public?: NonNullable<RoleInShort['grants']>;
  readonly unmanaged?: Partial<Manifest['unmanaged']>;
}): Manifest {
  return {
    name: 'test',
    databases: new Map([['main', { name: 'main' }]]),
    boundaries: Object.fromEntries(
      channels.map((channel) => [channel, 'declared']),
    ) as unknown as Manifest['boundaries'],
    domains: new Map(
      Object.entries(given.domains).map(([name, domain]) => [
        name,
        {
          name,
          isolation: 'schema',
          kind: 'domain',
          sharedWith: [],
          schema: name,
          database: 'main',
          owners: [],
          rowSecurity: [],
          sql: [],
          sqlBase: '/',
          tables: [],
          renames: [],
          crossings: [],
          references: [],
          partitions: [],
          outbox: false,
          inbox: false,
          copies: [],
          ...domain,
        },
      ]),
    ),
    roles: new Map(
      Object.entries(given.roles ?? {}).map(([name, { grants, memberOf, settings, ...role }]) => [
        name,
        {
          name,
          login: false,
          inherit: true,
          createRole: false,
          createDatabase: false,
          replication: false,
          bypassRls: false,
          superuser: false,
          connectionLimit: -1,
          ...role,
          memberOf: (memberOf ?? []).map((each, at) => ({
            admin: false,
            ...(typeof each === 'string' ? { role: each } : each),
            path: ['roles', name, 'memberOf', at],
          })),
          grants: grantsOf(grants ?? [], ['roles', name, 'grants']),
          settings: new Map(Object.entries(settings ?? {})),
          path: ['roles', name],
        },
      ]),
    ),
    public: grantsOf(given.public ?? [], ['public']),
    unmanaged: { roles: ['postgres'], schemas: [], otherRoles: 'report', ...given.unmanaged },
    lint: { rules: new Map(), waivers: [] },
    migrations: 'migrations',
    online: true,
  };
}

function grantsOf(grants: NonNullable<RoleInShort['grants']>, path: readonly string[]): GrantDeclaration[] {
  return grants.map(([on, ...privileges], at) => {
    const target = typeof on === 'string' ? targetOf(on) : on;
    return {
      targets: [target],
      privileges,
      future: target.kind === 'domain',
      exact: false,
      grantOption: false,
      path: [...path, at],
    };
  });
}

function targetOf(text: string): GrantTarget {
  const [, domain, table, columns] = /^(\w+)(?:\.(\w+)(?:\(([^)]*)\))?)?$/.exec(text)!;
  if (table === undefined) return { kind: 'domain', domain: domain! };
  if (columns === undefined) return { kind: 'table', domain: domain!, table };
  return { kind: 'columns', domain: domain!, table, columns: columns.split(/, ?/) };
}
