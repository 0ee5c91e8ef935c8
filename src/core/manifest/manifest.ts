/**
 * The manifest as the core sees it: read, merged, defaults filled in, every name resolved to its long form.
 * `src/files/manifest` makes it from YAML; `schemas/manifest.schema.json` is the contract of the text.
 */
import type { Severity } from '../model/finding.ts';

export type BoundaryPolicy = 'forbid' | 'declared' | 'allow';
/** The channels by which one domain can depend on another. */
export const channels = [
  'foreignKeys',
  'views',
  'functions',
  'triggers',
  'policies',
  'defaults',
  'types',
  'inheritance',
  'grants',
  'queries',
] as const;
export type Channel = (typeof channels)[number];

/** A path into the merged manifest, as YAML has it: `['domains', 'auth', 'crossings', 0, 'to']`. Leads to a place in a file. */
export type ManifestPath = readonly (string | number)[];

export interface Manifest {
  readonly name: string;
  readonly databases: ReadonlyMap<string, DatabaseDeclaration>;
  readonly boundaries: Readonly<Record<Channel, BoundaryPolicy>>;
  readonly domains: ReadonlyMap<string, Domain>;
  readonly roles: ReadonlyMap<string, RoleDeclaration>;
  /** Grants to PUBLIC. */
  readonly public: readonly GrantDeclaration[];
  readonly unmanaged: Unmanaged;
  readonly lint: LintOptions;
  /** Where migrations lie, relative to the manifest: `migrations`. */
  readonly migrations: string;
  /** Whether tables in use are changed in steps that do not block their use. */
  readonly online: boolean;
}

export interface DatabaseDeclaration {
  readonly name: string;
  /** undefined: the embedded PostgreSQL. A secret: never printed. */
  readonly url?: string;
}

export type Isolation = 'schema' | 'prefix' | 'database' | 'external';

export interface Domain {
  readonly name: string;
  readonly description?: string;
  readonly isolation: Isolation;
  readonly kind: 'domain' | 'infrastructure';
  /** infrastructure only: the domains that may use it without a declared crossing. */
  readonly sharedWith: readonly string[];
  /** The schema its objects lie in. Meaningless for `external`. Default: the domain's name, or `public` with a prefix or a database. */
  readonly schema: string;
  /** isolation `prefix`: what its objects' names begin with, `orders_`. */
  readonly prefix?: string;
  /** Key into `databases`. Default `main`, or the domain's name with isolation `database`. */
  readonly database: string;
  /** external only. */
  readonly engine?: string;
  /** The role that owns the schema and everything in it. undefined: whoever applies the migrations. */
  readonly owner?: string;
  /** What in it belongs to another role than `owner`. */
  readonly owners: readonly OwnerDeclaration[];
  /** Names and globs of the tables on which row level security must be on. */
  readonly rowSecurity: readonly string[];
  /** SQL files of the desired state, as written: globs relative to `sqlBase`. */
  readonly sql: readonly string[];
  /** The folder of the file that declares the domain: absolute. */
  readonly sqlBase: string;
  readonly tables: readonly TableDeclaration[];
  readonly renames: readonly RenameHint[];
  readonly crossings: readonly Crossing[];
  readonly references: readonly Reference[];
  readonly partitions: readonly PartitionSet[];
  readonly outbox: boolean;
  readonly inbox: boolean;
  readonly copies: readonly Copy[];
}

export interface OwnerDeclaration {
  /** Objects of the domain itself. */
  readonly targets: readonly GrantTarget[];
  /** An unmanaged role: the objects stay whose they are. */
  readonly owner: string;
  readonly path: ManifestPath;
}

/** A table written in the manifest. What stands after a column's name is SQL, exactly as in CREATE TABLE. */
export interface TableDeclaration {
  readonly name: string;
  readonly comment?: string;
  readonly columns: readonly {
    readonly name: string;
    readonly definition: string;
    readonly comment?: string;
  }[];
  readonly constraints: readonly { readonly name: string; readonly definition: string }[];
  /** `definition` is what follows the table in CREATE INDEX: `(created_at)`, `using gin (settings) where …`; `unique` may lead. */
  readonly indexes: readonly { readonly name: string; readonly definition: string }[];
  /** What follows PARTITION BY: `range (created_at)`. */
  readonly partitionBy?: string;
  readonly path: ManifestPath;
}

/** `renamed_from`: what an object or a column was called before, so that it is renamed, and not made anew. */
export interface RenameHint {
  /** `orders`, `orders.total`: below the domain. */
  readonly name: string;
  /** `purchases`, or `other_domain.purchases`; of a column its name alone. */
  readonly from: string;
  readonly path: ManifestPath;
}

export const crossingKinds = [
  'foreign-key',
  'view',
  'function',
  'trigger',
  'policy',
  'default',
  'type',
  'inheritance',
  'grant',
  'query',
] as const;
export type CrossingKind = (typeof crossingKinds)[number];
export type ReferentialAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

/** A declared dependency of this domain's object on another domain's. */
export interface Crossing {
  /** Dotted path below the domain: `users.tenant_id`, `tenant_overview`. */
  readonly from: string;
  /** Dotted path of the other domain's object, domain first: `tenants.tenants.id`. */
  readonly to: string;
  readonly as: CrossingKind;
  /** foreign keys: the action that is agreed; undefined: any. */
  readonly onDelete?: ReferentialAction;
  readonly owner?: string;
  readonly reason?: string;
  /** ISO date, inclusive: the crossing is accepted up to and with this day (UTC). */
  readonly until?: string;
  readonly path: ManifestPath;
}

/** A column that holds another domain's key by value, with no constraint. */
export interface Reference {
  readonly from: string;
  readonly to: string;
  /** How long an orphan is tolerated, as written: `24 hours`. */
  readonly grace?: string;
  readonly path: ManifestPath;
}

export interface Copy {
  readonly column: string;
  readonly of: string;
  readonly kind: 'snapshot' | 'projection';
  readonly event?: string;
  readonly maxLag?: string;
  readonly path: ManifestPath;
}

export interface PartitionSet {
  /** The partitioned table's name. */
  readonly table: string;
  /** The partition key's column. */
  readonly by: string;
  readonly every: Interval;
  /** Periods to have ready beyond the current one. */
  readonly premake: number;
  /** How long a partition is kept after its end; undefined: for ever. */
  readonly retain?: Interval;
  /** With {yyyy}, {mm}, {dd}, {hh}, {iw} (ISO week), {q}. */
  readonly name: string;
  /** IANA zone in which period bounds fall. */
  readonly timezone: string;
  /** Whether there is a DEFAULT partition. */
  readonly default: boolean;
  /** Whether each partition carries its parent's grants. */
  readonly grants: 'parent' | 'none';
  readonly path: ManifestPath;
}
export interface Interval {
  readonly count: number;
  readonly unit: 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';
}

export interface RoleDeclaration {
  readonly name: string;
  readonly login: boolean;
  readonly inherit: boolean;
  readonly createRole: boolean;
  readonly createDatabase: boolean;
  readonly replication: boolean;
  readonly bypassRls: boolean;
  readonly superuser: boolean;
  /** -1: no limit. */
  readonly connectionLimit: number;
  /** ISO timestamp, or undefined: for ever. */
  readonly validUntil?: string;
  /** Name of the environment variable that holds it. The value itself is never in the manifest. */
  readonly passwordEnv?: string;
  readonly memberOf: readonly MembershipDeclaration[];
  readonly grants: readonly GrantDeclaration[];
  readonly settings: ReadonlyMap<string, string>;
  readonly comment?: string;
  readonly path: ManifestPath;
}
export interface MembershipDeclaration {
  readonly role: string;
  readonly admin: boolean;
  /** undefined: the server's default (16 and later: the member's INHERIT attribute). */
  readonly inherit?: boolean;
  readonly set?: boolean;
  readonly path: ManifestPath;
}

export const presets = ['read', 'write', 'read-write', 'append', 'all'] as const;
/** What the grant is on, as written in `on:` and parsed. One declaration may name several. */
export type GrantTarget =
  /** Every table of the domain (and its schema's USAGE, the sequences that inserts need, and future tables). */
  | { readonly kind: 'domain'; readonly domain: string }
  | { readonly kind: 'table'; readonly domain: string; readonly table: string }
  | {
      readonly kind: 'columns';
      readonly domain: string;
      readonly table: string;
      readonly columns: readonly string[];
    }
  /** The domain's schema itself: privileges `usage`, `create`. */
  | { readonly kind: 'schema'; readonly domain: string }
  /** Objects by class: `{ sequences: orders }` is all of them in the domain, `{ functions: "orders.total(integer)" }` one. */
  | {
      readonly kind: 'sequences' | 'functions' | 'types' | 'tables';
      readonly domain: string;
      readonly name?: string;
    };
export interface GrantDeclaration {
  readonly targets: readonly GrantTarget[];
  /** A preset, or PostgreSQL's privilege names in lower case. */
  readonly privileges: readonly string[];
  /** Whether objects that come later are included (ALTER DEFAULT PRIVILEGES). Default true for whole domains. */
  readonly future: boolean;
  readonly grantOption: boolean;
  /** Just these privileges on just these objects: no USAGE of the schema or of sequences, no partitions along with it. */
  readonly exact: boolean;
  readonly path: ManifestPath;
}

export interface Unmanaged {
  /** Glob patterns of role names that dbctl neither reports nor touches. */
  readonly roles: readonly string[];
  readonly schemas: readonly string[];
  /** What to do about privileges of roles that the manifest does not declare. */
  readonly otherRoles: 'ignore' | 'report' | 'revoke';
}

export interface LintOptions {
  readonly rules: ReadonlyMap<string, Severity | 'off'>;
  readonly baseline?: string;
  readonly waivers: readonly Waiver[];
}
export interface Waiver {
  readonly rule: string;
  readonly subject: string;
  readonly owner: string;
  readonly reason: string;
  readonly until?: string;
  readonly path: ManifestPath;
}
