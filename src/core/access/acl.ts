/** ACLs, put together again from a catalog's grants. */
import type { GrantAttributes, Given } from '../kinds/grant.ts';
import { ownersGrants } from '../kinds/identity-privileges.ts';
import { byKey, type Catalog, closedBundles, find, loose, openBundles } from '../model/catalog.ts';
import type { Bundle } from '../model/entry-map.ts';
import type { EntryOf } from '../model/entry.ts';
import { type ColumnId, type GrantId, type Key, type LanguageId, type ObjectId, keyOf } from '../model/id.ts';
import { onceOf } from '../model/once-of.ts';

export type GrantEntry = EntryOf<'grant', GrantAttributes>;
/** By privilege, by grantee. */
export type Acl = ReadonlyMap<string, ReadonlyMap<string, GrantEntry>>;

const noAcl: Acl = new Map();

/** Languages that come with the server: of these a catalog has only how their privileges differ from what they came with. */
export const serversLanguages = ['c', 'internal', 'plpgsql', 'sql'];

/** @returns the ACLs that are not written out yet, by the keys of their objects. */
export const closedAcls = (catalog: Catalog): ReadonlyMap<Key, Bundle> =>
  closedBundles(catalog).find(({ kinds }) => kinds.has('grant'))?.on ?? new Map<Key, Bundle>();

/** @returns the grants on the objects that are meant, in the order of their keys: the ACLs of others are not written out for it. */
export function grantsOn(catalog: Catalog, isMeant: (on: ObjectId) => boolean): readonly GrantEntry[] {
  const meant = Array.from(closedAcls(catalog)).filter(([, { on }]) => isMeant(on));
  for (const [key] of meant) openBundles(catalog, key, 'grant');
  const found: [Key, GrantEntry][] = [];
  for (const [key, entry] of loose(catalog))
    if (entry.id.kind === 'grant' && isMeant(entry.id.on)) found.push([key, entry as unknown as GrantEntry]);
  return found.sort(byKey).map(([, entry]) => entry);
}

/** The ACLs of a catalog, put together for the objects that are asked for. */
export interface Acls {
  readonly of: (on: ObjectId) => Acl;
  /**
   * @param ownerOf an object's owner, where its ACL does not tell.
   * @returns a text that is the same for objects that have one owner and whose ACLs say the same; of those one need be looked at.
   */
  readonly shapeOf: (on: ObjectId, ownerOf: (on: ObjectId) => string | undefined) => string;
  /** Columns that have one of their own. */
  readonly columns: readonly ColumnId[];
}

export function aclsOf(catalog: Catalog): Acls {
  const single = new Map<Key, GrantEntry[]>();
  const columns = new Map<Key, ColumnId>();
  const put = (entry: GrantEntry) => {
    const { on } = entry.id;
    const key = keyOf(on);
    if (on.kind === 'column') columns.set(key, on);
    const entries = single.get(key);
    if (entries === undefined) single.set(key, [entry]);
    else entries.push(entry);
  };
  for (const entry of impliedGrants(catalog)) put(entry);
  for (const [, entry] of loose(catalog)) if (entry.id.kind === 'grant') put(entry as unknown as GrantEntry);
  const bundled = closedAcls(catalog);
  for (const [key, { on }] of bundled) if (on.kind === 'column') columns.set(key, on);
  const known = new Map<Key, Acl>();
  const of = (on: ObjectId): Acl => {
    const key = keyOf(on);
    let acl = known.get(key);
    if (acl === undefined) {
      const opened = openBundles(catalog, key, 'grant').map(
        (each) => catalog.entries.get(each) as unknown as GrantEntry,
      );
      const own = on.kind === 'sequence' ? ownersGrants(catalog, on) : [];
      known.set(key, (acl = aclOf([...own, ...(single.get(key) ?? []), ...opened])));
    }
    return acl;
  };
  return {
    of,
    shapeOf(on, ownerOf) {
      const key = keyOf(on);
      const told = single.has(key) ? undefined : bundled.get(key)?.texts;
      // A column's owner is its table's.
      return told === undefined || on.kind === 'column'
        ? `${ownerOf(on) ?? ''}\0${signatureOf(of(on))}`
        : told.join('\0');
    },
    columns: [...columns.keys()].sort().map((key) => columns.get(key)!),
  };
}

function aclOf(entries: readonly GrantEntry[]): Acl {
  if (entries.length === 0) return noAcl;
  const acl = new Map<string, Map<string, GrantEntry>>();
  for (const entry of entries) {
    const { privilege, to } = entry.id;
    const grantees = acl.get(privilege);
    if (grantees === undefined) acl.set(privilege, new Map([[to, entry]]));
    else grantees.set(to, entry);
  }
  return acl;
}

function* impliedGrants(catalog: Catalog): Iterable<GrantEntry> {
  for (const name of serversLanguages) {
    const on: LanguageId = { kind: 'language', name };
    if (find(catalog, on) !== undefined) continue;
    const id: GrantId = { kind: 'grant', on, to: 'public', privilege: 'usage' };
    if (find(catalog, { ...id, kind: 'revoke' }) === undefined) yield { id, attrs: { grantable: false } };
  }
}

/** @param owner of the object: who gave what nobody else did. @returns what each grantor gave. */
export function givenOf({ attrs, aside }: GrantEntry, owner: string | undefined): readonly Given[] {
  const given = aside?.['given'] as readonly Given[] | undefined;
  return given ?? [{ grantor: owner ?? '', grantable: attrs.grantable }];
}

/** @returns a text that is the same for ACLs that give the same to the same roles, whoever granted it. */
export const signatureOf = onceOf((acl: Acl): string => {
  const items: string[] = [];
  for (const [privilege, grantees] of acl)
    for (const [to, { attrs }] of grantees) items.push(`${privilege}\0${to}\0${attrs.grantable}`);
  return items.sort().join('\x01');
});
