/** A catalog written as the SQL of a desired state: per domain, in files by what they are about. */
import { type Catalog, catalog, find } from '../model/catalog.ts';
import type { Entry } from '../model/entry.ts';
import { type ExtensionId, type Id, type Key, type ObjectId, nameOf, objectOf } from '../model/id.ts';
import { desiredCatalog } from '../manifest/desired.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { placement } from '../manifest/placement.ts';
import { identityColumnOf } from '../kinds/identity-privileges.ts';
import { owner as ownerKind } from '../kinds/owner.ts';
import { publicPrivileges } from '../kinds/privileges.ts';
import { plan } from '../plan/plan.ts';
import { scopeOf } from './scope.ts';

/** A domain's SQL: its statements, without semicolons, by the name of the file. */
export type DomainSql = ReadonlyMap<string, readonly string[]>;

/**
 * @param manifest with owners, roles and grants: what it says is not said again.
 * @returns by domain what makes the catalog, with the manifest, on an empty server: structure, and the privileges and
 * owners that the manifest has no words for.
 */
export function sqlOf(manifest: Manifest, target: Catalog, database: string): ReadonlyMap<string, DomainSql> {
  const structure = withPublic(structureOf(manifest, target));
  const [first] = manifest.domains.keys();
  const place = placement(manifest, database, [target], first!);
  const domainOf = (id: Id) => place(id) ?? first!;
  const sql = new Map<string, Map<string, string[]>>();
  const put = (domain: string, file: string, statement: string) => {
    const files = sql.get(domain) ?? new Map<string, string[]>();
    sql.set(domain, files);
    files.set(file, [...(files.get(file) ?? []), statement]);
  };
  for (const step of plan(atFirst(manifest, target), structure, { domainOf }))
    for (const statement of step.statements) put(step.domain, fileOf(statement.sql), statement.sql);
  const loaded = withDefaults(structure);
  const rest = plan(desiredCatalog(manifest, loaded, target, database), target, { domainOf });
  const known = new Set<string>();
  for (const step of rest)
    for (const { sql: text, destroys, produces } of step.statements) {
      for (const name of [...ownersLacking(destroys, target), ...lackingOfIdentities(produces, target)])
        if (!known.has(name.sql)) {
          known.add(name.sql);
          put(domainOf(name.on), 'privileges.sql', name.sql);
        }
      put(step.domain, 'privileges.sql', text);
    }
  return sql;
}

/** @returns the statements that make a live database's structure on a shadow that has the manifest's schemas. */
export function structureSql(manifest: Manifest, live: Catalog): string[] {
  const { catalog: target } = scopeOf(live);
  const steps = plan(atFirst(manifest, target), withPublic(structureOf(manifest, target)), {
    domainOf: () => 'all',
  });
  return steps.flatMap(({ statements }) => statements.map(({ sql }) => sql));
}

/** What a shadow has before any SQL: the domains' schemas, and what initdb makes. */
function atFirst(manifest: Manifest, target: Catalog): Catalog {
  const names = new Set(['public', ...[...manifest.domains.values()].map(({ schema }) => schema)]);
  const on = { kind: 'schema', name: 'public' } as const;
  const schemas = [...names].map((name): Entry => ({ id: { kind: 'schema', name }, attrs: {} }));
  const usual: Entry = { id: { kind: 'comment', on }, attrs: { text: 'standard public schema' } };
  const plpgsql = find<ExtensionId>(target, { kind: 'extension', name: 'plpgsql' });
  return catalog('an empty database', target.serverVersion, [
    ...schemas,
    usual,
    ...(plpgsql === undefined ? [] : [plpgsql]),
  ]);
}

/** Neither roles nor whose anything is; nor what the domains' descriptions say. */
function structureOf(manifest: Manifest, target: Catalog): Catalog {
  const said = new Set(
    [...manifest.domains.values()].flatMap(({ description, schema }) =>
      description === undefined ? [] : [schema],
    ),
  );
  const isStructure = ({ id, ...entry }: Entry): boolean => {
    switch (id.kind) {
      case 'role':
      case 'role-setting':
      case 'membership':
      case 'owner':
      case 'grant':
      case 'default-privilege':
        return false;
      case 'revoke':
        return identityColumnOf(entry) === undefined;
      case 'security-label':
        return id.on.kind !== 'role';
      case 'comment':
        return id.on.kind !== 'role' && !(id.on.kind === 'schema' && said.has(id.on.name));
      default:
        return true;
    }
  };
  const entries = [...target.entries.values()].filter(isStructure);
  const publicSchema: Entry = { id: { kind: 'schema', name: 'public' }, attrs: {} };
  return catalog(target.source, target.serverVersion, [...entries, publicSchema], target.edges);
}

const grant = (on: ObjectId, to: string, privilege: string): Entry => ({
  id: { kind: 'grant', on, to, privilege },
  attrs: { grantable: false },
});

/** With what PUBLIC has of every new object. */
function withPublic(structure: Catalog): Catalog {
  const entries = [...structure.entries.values()];
  const own = entries.flatMap(({ id }) =>
    objectOf(id) === id
      ? publicPrivileges(id.kind as ObjectId['kind']).map((privilege) =>
          grant(id as ObjectId, 'public', privilege),
        )
      : [],
  );
  return catalog(structure.source, structure.serverVersion, [...entries, ...own], structure.edges);
}

/** With what is said of `public` in every new database. */
function withDefaults({ source, serverVersion, entries, edges }: Catalog): Catalog {
  const on = { kind: 'schema', name: 'public' } as const;
  const role = 'pg_database_owner';
  return catalog(
    source,
    serverVersion,
    [
      ...entries.values(),
      { id: { kind: 'owner', on }, attrs: { role } },
      grant(on, role, 'usage'),
      grant(on, role, 'create'),
      grant(on, 'public', 'usage'),
    ],
    edges,
  );
}

/** A privilege that an owner took from itself can only be taken from it as the owner, which it is by then. */
function ownersLacking(
  destroys: readonly string[],
  target: Catalog,
): { readonly on: Id; readonly sql: string }[] {
  const found: { on: Id; sql: string }[] = [];
  for (const entry of target.entries.values()) {
    const { id } = entry;
    if (id.kind !== 'owner') continue;
    const role = entry.attrs['role'] as string;
    if (
      !destroys.some(
        (key) =>
          key.startsWith('grant:') &&
          key.endsWith(` on ${id.on.kind} ${nameOf(id.on)} to ${nameOf({ kind: 'role', name: role })}`),
      )
    )
      continue;
    const [draft] = ownerKind.create({ id, attrs: { role } }, { from: target, to: target });
    if (find(target, id.on) !== undefined) found.push({ on: id.on, sql: draft!.render([]) });
  }
  return found;
}

/** Likewise of the sequence of an identity column, whose owner is the table's. */
function lackingOfIdentities(
  produces: readonly Key[],
  target: Catalog,
): { readonly on: Id; readonly sql: string }[] {
  return produces.flatMap((key) => {
    const entry = target.entries.get(key);
    const column = entry?.id.kind === 'revoke' ? identityColumnOf(entry) : undefined;
    if (column === undefined) return [];
    const on = { kind: 'table', schema: column.schema, name: column.table } as const;
    const role = find(target, { kind: 'owner', on })?.attrs['role'] as string | undefined;
    if (role === undefined) return [];
    const entryOfOwner = { id: { kind: 'owner', on }, attrs: { role } } as const;
    const [draft] = ownerKind.create(entryOfOwner, { from: target, to: target });
    return [{ on, sql: draft!.render([]) }];
  });
}

const files: readonly (readonly [file: string, about: RegExp])[] = [
  ['extensions.sql', /^(CREATE|COMMENT ON) (EXTENSION|SCHEMA)\b/],
  ['types.sql', /^(CREATE|ALTER|COMMENT ON) (TYPE|DOMAIN)\b|^COMMENT ON CONSTRAINT \S+ ON DOMAIN\b/],
  ['functions.sql', /^(CREATE|COMMENT ON) (OR REPLACE )?(FUNCTION|PROCEDURE|ROUTINE|AGGREGATE)\b/],
  ['views.sql', /^(CREATE|COMMENT ON) (OR REPLACE )?(RECURSIVE )?(MATERIALIZED )?VIEW\b/],
];

function fileOf(sql: string): string {
  return files.find(([, about]) => about.test(sql))?.[0] ?? 'tables.sql';
}
