/** The matrix: who may do what on which object, one row for each privilege that somebody holds. */
import { objectsByDomain } from '../manifest/resolve/domain-objects.ts';
import { domainsIn } from '../manifest/domain-of.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { type Catalog, entriesOf } from '../model/catalog.ts';
import { type ColumnId, type ObjectId, schemaOf } from '../model/id.ts';
import type { Access, Holding } from './effective.ts';

export interface MatrixRow extends Holding {
  /** A role, or `public`. */
  readonly role: string;
  readonly domain: string;
  readonly object: ObjectId;
  /** False: without USAGE on the schema the privilege does nothing. */
  readonly reachable: boolean;
}

export interface MatrixScope {
  /** Only these domains. Default: all of the database. */
  readonly domains?: ReadonlySet<string>;
  /** Only this role. Default: every role of the server but its own (`pg_*`), and PUBLIC. */
  readonly role?: string;
}

/** @returns the rows by role, domain and object. A column has rows for its own ACL only: its table's hold for it as well. */
export function matrixRows(
  manifest: Manifest,
  database: string,
  live: Catalog,
  access: Access,
  scope: MatrixScope = {},
): MatrixRow[] {
  const rows: MatrixRow[] = [];
  const places = placesOf(manifest, database, live, access, scope.domains);
  const reaches = new Map<string, boolean>();
  const reached = (role: string, object: ObjectId): boolean => {
    if (object.kind === 'schema') return true;
    const place = `${role}\0${schemaOf(object) ?? ''}`;
    let known = reaches.get(place);
    if (known === undefined) reaches.set(place, (known = access.reaches(role, object)));
    return known;
  };
  const held = places.map(({ object }) => access.holdersOf(object));
  for (const role of rolesOf(live))
    if (scope.role === undefined || scope.role === role)
      for (const [at, { domain, object }] of places.entries())
        for (const { privilege, grantable, by } of held[at]!.get(role) ?? []) {
          // A superuser needs no column's ACL.
          if (object.kind === 'column' && by.via === 'superuser') continue;
          const reachable = reached(role, object);
          rows.push({ role, domain, object, reachable, privilege, grantable, by });
        }
  return rows;
}

/** @returns the server's roles by name, without its own, and PUBLIC last. */
export function rolesOf(live: Catalog): string[] {
  const names = [...entriesOf(live, 'role')]
    .map(({ id }) => id.name)
    .filter((name) => !name.startsWith('pg_'));
  return [...names.sort(), 'public'];
}

function placesOf(
  manifest: Manifest,
  database: string,
  live: Catalog,
  access: Access,
  wanted: ReadonlySet<string> | undefined,
): { readonly domain: string; readonly object: ObjectId }[] {
  const domains = domainsIn(manifest, database).filter(({ name }) => wanted?.has(name) ?? true);
  const withAcl = new Map<string, ColumnId[]>();
  for (const column of access.columnsWithAcl) {
    const table = `${column.schema}\0${column.table}`;
    withAcl.set(table, [...(withAcl.get(table) ?? []), column]);
  }
  return [...objectsByDomain(manifest, live, database, domains).values()].flatMap(
    ({ domain, schema, relations, sequences, types }) =>
      [
        ...(schema === undefined ? [] : [schema]),
        ...relations.flatMap((relation) => [
          relation,
          ...(withAcl.get(`${relation.schema}\0${relation.name}`) ?? []),
        ]),
        ...sequences,
        ...types,
      ].map((object: ObjectId) => ({ domain: domain.name, object })),
  );
}
