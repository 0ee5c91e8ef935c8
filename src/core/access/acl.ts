/** ACLs, put together again from a catalog's grants. */
import type { GrantAttributes, Given } from '../kinds/grant.ts';
import { type Catalog, entriesOf, find } from '../model/catalog.ts';
import type { EntryOf } from '../model/entry.ts';
import { type GrantId, type Key, type LanguageId, keyOf } from '../model/id.ts';

export type GrantEntry = EntryOf<'grant', GrantAttributes>;
/** By privilege, by grantee. */
export type Acl = ReadonlyMap<string, ReadonlyMap<string, GrantEntry>>;

export const noAcl: Acl = new Map();

/** Languages that come with the server: of these a catalog has only how their privileges differ from what they came with. */
export const serversLanguages = ['c', 'internal', 'plpgsql', 'sql'];

/** @returns every object's ACL, by the object's key. */
export function aclsOf(catalog: Catalog): ReadonlyMap<Key, Acl> {
  const acls = new Map<Key, Map<string, Map<string, GrantEntry>>>();
  for (const name of serversLanguages) {
    const on: LanguageId = { kind: 'language', name };
    if (find(catalog, on) !== undefined) continue;
    const id: GrantId = { kind: 'grant', on, to: 'public', privilege: 'usage' };
    const isTaken = find(catalog, { ...id, kind: 'revoke' }) !== undefined;
    acls.set(
      keyOf(on),
      new Map(isTaken ? [] : [['usage', new Map([['public', { id, attrs: { grantable: false } }]])]]),
    );
  }
  for (const entry of entriesOf<'grant', GrantAttributes>(catalog, 'grant')) {
    const { on, privilege, to } = entry.id;
    const key = keyOf(on);
    let acl = acls.get(key);
    if (acl === undefined) acls.set(key, (acl = new Map<string, Map<string, GrantEntry>>()));
    const grantees = acl.get(privilege);
    if (grantees === undefined) acl.set(privilege, new Map([[to, entry]]));
    else grantees.set(to, entry);
  }
  return acls;
}

/** @param owner of the object: who gave what nobody else did. @returns what each grantor gave. */
export function givenOf({ attrs, aside }: GrantEntry, owner: string | undefined): readonly Given[] {
  const given = aside?.['given'] as readonly Given[] | undefined;
  return given ?? [{ grantor: owner ?? '', grantable: attrs.grantable }];
}

const known = new WeakMap<Acl, string>();
/** @returns a text that is the same for ACLs that give the same to the same roles, whoever granted it. */
export function signatureOf(acl: Acl): string {
  let text = known.get(acl);
  if (text === undefined) {
    const items: string[] = [];
    for (const [privilege, grantees] of acl)
      for (const [to, { attrs }] of grantees) items.push(`${privilege}\0${to}\0${attrs.grantable}`);
    known.set(acl, (text = items.sort().join('\x01')));
  }
  return text;
}
