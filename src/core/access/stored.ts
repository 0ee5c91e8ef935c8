/** Where snapshots lie that a database keeps of itself; no snapshot tells of it. */
import { clusterHistory } from '../migration/history.ts';
import { type Catalog, catalog, edgeSource, find } from '../model/catalog.ts';
import { type Id, objectOf, schemaOf } from '../model/id.ts';

export const snapshotTable = { schema: clusterHistory.schema, name: 'snapshots' } as const;

/** @returns the catalog as it was before its database kept snapshots: the same, whether or not it keeps any. */
export function withoutStored(of: Catalog): Catalog {
  const { schema, name } = snapshotTable;
  const isStored = (id: Id): boolean => {
    if (schemaOf(id) !== schema) return false;
    const object = objectOf(id);
    return 'table' in object ? object.table === name : 'name' in object && isOurs(object.name);
  };
  const isOurs = (each: string) => each === name || each === `${name}_pkey`;
  if (find(of, { kind: 'schema', name: schema }) === undefined) return of;
  const kept = [...of.entries.values()].filter(({ id }) => !isStored(id));
  const isNeeded = kept.some(({ id }) => {
    const object = objectOf(id);
    return schemaOf(id) === schema && object.kind !== 'schema' && id.kind !== 'default-privilege';
  });
  const rest = isNeeded ? kept : kept.filter(({ id }) => schemaOf(id) !== schema);
  return catalog(of.source, of.serverVersion, rest, edgeSource(of), of.notAnalysed);
}
