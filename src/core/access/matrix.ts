/** The matrix: who may do what on which object, one row for each privilege that somebody holds. */
import type { DomainObjects } from '../manifest/resolve/domain-objects.ts';
import { type Catalog, entriesOf } from '../model/catalog.ts';
import { type ObjectId, schemaOf } from '../model/id.ts';
import type { Access, Holding } from './effective.ts';
import { grantedColumns } from './granted-columns.ts';

export interface MatrixRow extends Holding {
  /** A role, or `public`. */
  readonly role: string;
  readonly domain: string;
  readonly object: ObjectId;
  /** False: without USAGE on the schema the privilege does nothing. */
  readonly reachable: boolean;
}

/** A row that stands for many: of the objects of a domain that give a role the same. */
export interface MatrixSum extends MatrixRow {
  /** One of them. */
  readonly object: ObjectId;
  /** How many they are. */
  readonly objects: number;
}

/** Objects of a domain on which the same roles hold the same. */
interface Place {
  readonly domain: string;
  /** One of them. */
  readonly object: ObjectId;
  objects: number;
  readonly holders: ReadonlyMap<string, readonly Holding[]>;
}

/**
 * @param objects of the domains that are asked for.
 * @param role only this one. Default: every role of the server but its own (`pg_*`), and PUBLIC.
 * @returns the rows by role, domain and object. A column has rows for its own ACL only: its table's hold for it as well.
 */
export function matrixRows(
  objects: ReadonlyMap<string, DomainObjects>,
  live: Catalog,
  access: Access,
  role?: string,
): MatrixRow[] {
  return rowsOf([...placesOf(objects, access)], live, access, role);
}

/** @returns the same, with one row for all objects of a schema that differ in nothing but their names. */
export function matrixSums(
  objects: ReadonlyMap<string, DomainObjects>,
  live: Catalog,
  access: Access,
): MatrixSum[] {
  const alike = new Map<Place['holders'], Map<string, Place>>();
  for (const place of placesOf(objects, access)) {
    const { domain, object, holders } = place;
    let known = alike.get(holders);
    if (known === undefined) alike.set(holders, (known = new Map()));
    const key = `${domain}\0${object.kind}\0${schemaOf(object) ?? ''}`;
    const same = known.get(key);
    if (same === undefined) known.set(key, place);
    else same.objects += 1;
  }
  return rowsOf(
    [...alike.values()].flatMap((places) => [...places.values()]),
    live,
    access,
  );
}

function rowsOf(places: readonly Place[], live: Catalog, access: Access, only?: string): MatrixSum[] {
  const rows: MatrixSum[] = [];
  const reaches = new Map<string, boolean>();
  const reached = (role: string, object: ObjectId): boolean => {
    if (object.kind === 'schema') return true;
    const place = `${role}\0${schemaOf(object) ?? ''}`;
    let known = reaches.get(place);
    if (known === undefined) reaches.set(place, (known = access.reaches(role, object)));
    return known;
  };
  for (const role of rolesOf(live))
    if (only === undefined || only === role)
      for (const { domain, object, objects, holders } of places) {
        const held = holders.get(role);
        if (held === undefined) continue;
        const reachable = reached(role, object);
        for (const { privilege, grantable, by } of held) {
          // A superuser needs no column's ACL.
          if (object.kind === 'column' && by.via === 'superuser') continue;
          rows.push({ role, domain, object, objects, reachable, privilege, grantable, by });
        }
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

function* placesOf(objects: ReadonlyMap<string, DomainObjects>, access: Access): Iterable<Place> {
  for (const { domain, schema, relations, sequences, types, functions, identities } of objects.values()) {
    const place = (object: ObjectId): Place => ({
      domain: domain.name,
      object,
      objects: 1,
      holders: access.holdersOf(object),
    });
    if (schema !== undefined) yield place(schema);
    for (const relation of relations) {
      yield place(relation);
      for (const column of grantedColumns(access, relation)) yield place(column);
    }
    for (const object of [...sequences, ...types, ...functions]) yield place(object);
    // Of an identity column's, read for access alone, only those of which something is said: else its table's owner has all.
    for (const { sequence } of identities()) yield place(sequence);
  }
}
