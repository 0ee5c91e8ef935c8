/**
 * What the applied migrations say of privileges where the manifest has no word for them: on the database, on servers,
 * languages, parameters, extensions' objects, on what no domain has; what an owner and PUBLIC hold without a GRANT;
 * default privileges and settings that were written in SQL.
 */
import { grantsOn } from '../../access/acl.ts';
import { identityColumn, ownerOfIdentity } from '../../kinds/identity-privileges.ts';
import { privilegesOn } from '../../kinds/privileges.ts';
import { domainOf, domainsIn } from '../../manifest/domain-of.ts';
import { isHistoryTable } from '../../manifest/history-table.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { Expected } from '../../manifest/resolve/expected.ts';
import { isServersSchema, isUnmanagedRole, isUnmanagedSchema } from '../../manifest/unmanaged.ts';
import { type Catalog, entriesOf, find, wholeOf } from '../../model/catalog.ts';
import type { Entry } from '../../model/entry.ts';
import { type Key, type ObjectId, type RevokeId, keyOf, schemaOf } from '../../model/id.ts';

export interface Applied {
  readonly manifest: Manifest;
  readonly database: string;
  readonly live: Catalog;
  readonly applied: Catalog;
}

/** @returns the manifest's expectations, where what comes without a GRANT is as the applied migrations have it. */
export function asApplied(
  expected: ReadonlyMap<Key, Expected>,
  { live, applied }: Pick<Applied, 'live' | 'applied'>,
): Map<Key, Expected> {
  const all = new Map(expected);
  for (const [key, { entry, because }] of expected) {
    const { id } = entry;
    if (because.as !== 'default' || id.kind !== 'grant' || !applied.entries.has(keyOf(id.on))) continue;
    // Whose it is instead is told by another rule, and all else follows.
    if (id.to !== 'public' && ownerIn(live, id.on) !== id.to) continue;
    if (applied.entries.has(key))
      all.set(key, { entry, because: { as: 'migrations', domain: because.domain } });
    else all.delete(key);
  }
  return all;
}

/** @returns the manifest's expectations with those of the applied migrations. */
export function withApplied(expected: ReadonlyMap<Key, Expected>, of: Applied): ReadonlyMap<Key, Expected> {
  const { manifest, database, live, applied } = of;
  const all = asApplied(expected, of);
  const isThere = (role: string) =>
    role === 'public' || find(live, { kind: 'role', name: role }) !== undefined;
  // Made on another major, it may have privileges that this one has not.
  const isKnown = (kind: ObjectId['kind'], privilege: string) =>
    privilegesOn(kind, live.serverVersion).includes(privilege);
  const besides: [Key, Expected][] = [];
  const isTheirs = (on: ObjectId) => isMigrations({ ...of, live: applied }, on);
  const kinds = ['revoke', 'default-privilege', 'database-setting'] as const;
  const said: readonly Entry[] = [
    ...(grantsOn(applied, isTheirs) as readonly unknown[] as readonly Entry[]),
    ...kinds.flatMap((kind): readonly Entry[] => [...entriesOf(applied, kind)]),
  ];
  for (const entry of said) {
    const { id } = entry;
    const key = keyOf(id);
    if (all.has(key)) continue;
    const says =
      id.kind === 'grant' || id.kind === 'revoke'
        ? isKnown(id.on.kind, id.privilege) &&
          (id.kind === 'grant' || isTheirs(id.on) || isOwnersLoss(live, id)) &&
          isThere(id.to) &&
          isObjectThere(of, id.on)
        : id.kind === 'default-privilege'
          ? isThere(id.to) && isThere(id.role) && (id.objects !== 'tables' || isKnown('table', id.privilege))
          : id.kind === 'database-setting' && (id.role === null || isThere(id.role));
    if (says)
      besides.push([
        key,
        { entry, because: { as: 'migrations', domain: domainOf(manifest, database, id)?.name ?? null } },
      ]);
  }
  for (const [key, expected] of besides.sort(([a], [b]) => (a < b ? -1 : 1))) all.set(key, expected);
  return all;
}

/** @returns whether the migrations, not the manifest, have the say about privileges on this object. */
export function isMigrations({ manifest, database, live }: Omit<Applied, 'applied'>, on: ObjectId): boolean {
  const schema = schemaOf(on);
  if (schema === undefined) return on.kind !== 'role';
  // Of the server's own, what differs from what it came with is somebody's doing.
  if (isServersSchema(schema)) return true;
  if (isUnmanagedSchema(manifest, schema)) return false;
  if (on.kind === 'schema') return !domainsIn(manifest, database).some((domain) => domain.schema === schema);
  const whole = wholeOf(live, on);
  if (isHistoryTable(whole)) return false;
  // What an extension contains is no entry; nor is an identity column's sequence, which is its domain's all the same.
  return (
    domainOf(manifest, database, on) === undefined ||
    (find(live, whole) === undefined && !isIdentitys(live, whole))
  );
}

/** @returns whether an undeclared privilege on such an object is worth telling: what nobody claims is others' business, but for our own roles. */
export function concerns(
  { manifest, live }: Pick<Applied, 'manifest' | 'live'>,
  on: ObjectId,
  to: string,
): boolean {
  if (schemaOf(on) === undefined) return true;
  // Every database has it, and everybody is our own roles too.
  if (on.kind === 'schema' && on.name === 'public' && to === 'public') return true;
  const whole = wholeOf(live, on);
  if (find(live, whole) === undefined) return true;
  return manifest.roles.has(to) && !isUnmanagedRole(manifest, to);
}

/** Whether it is the sequence of an identity column. */
const isIdentitys = (catalog: Catalog, on: ObjectId): boolean =>
  on.kind === 'sequence' && identityColumn(catalog, on) !== undefined;

/** What an owner took from itself on its identity columns' sequences: where that is not the owner, that is told by another rule, and all else follows. */
export const isOwnersLoss = (catalog: Catalog, { on, to }: RevokeId): boolean =>
  on.kind === 'sequence' && ownerOfIdentity(catalog, on) === to;

/** What is no entry in the one is none in the other: the server's, or an extension's. */
function isObjectThere({ live, applied }: Applied, on: ObjectId): boolean {
  const whole = wholeOf(applied, on);
  if (isIdentitys(applied, whole)) return isIdentitys(live, whole);
  return find(applied, whole) === undefined || find(live, whole) !== undefined;
}

const ownerIn = (live: Catalog, on: ObjectId): unknown => find(live, { kind: 'owner', on })?.attrs['role'];
