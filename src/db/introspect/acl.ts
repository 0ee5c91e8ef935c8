/** ACL items as the server prints them: `grantee=arwdDxt/grantor`, `*` after a letter for the grant option (PostgreSQL's manual, 5.8). */
import { parse } from 'postgres-array';
import type { Bundle, Bundles } from '../../core/model/entry-map.ts';
import { type Key, type Kind, objectsIn } from '../../core/model/id.ts';
import type { Given } from '../../core/kinds/grant.ts';

const privileges: Readonly<Record<string, string>> = {
  r: 'select',
  a: 'insert',
  w: 'update',
  d: 'delete',
  D: 'truncate',
  x: 'references',
  t: 'trigger',
  m: 'maintain',
  X: 'execute',
  U: 'usage',
  C: 'create',
  c: 'connect',
  T: 'temporary',
  s: 'set',
  A: 'alter system',
};

export interface AclItem {
  /** A role, or `public`. */
  readonly to: string;
  readonly privilege: string;
  /** Whether any grantor gave the grant option. */
  readonly grantable: boolean;
  /** What each grantor gave. */
  readonly given: readonly Given[];
}

/** @param acl an `aclitem[]` as text: `{app=r/boss}`. The same privilege from several grantors is one item. @throws on a letter that no supported server writes. */
export function parseAcl(acl: string): AclItem[] {
  const items = new Map<string, AclItem>();
  for (const text of parse(acl)) {
    const [name, rest] = roleAt(text, 0);
    if (text[rest] !== '=') throw new Error(`not an ACL item: ${text}`);
    const slash = text.indexOf('/', rest);
    const [grantor] = roleAt(text, slash + 1);
    const to = name === '' ? 'public' : name;
    for (let at = rest + 1; at < slash; at += 1) {
      const letter = text[at]!;
      if (letter === '*') continue;
      const privilege = privileges[letter];
      if (privilege === undefined) throw new Error(`privilege letter ${letter} is not known: ${text}`);
      const grantable = text[at + 1] === '*';
      const before = items.get(`${to}\0${privilege}`);
      items.set(`${to}\0${privilege}`, {
        to,
        privilege,
        grantable: grantable || before?.grantable === true,
        given: [...(before?.given ?? []), { grantor, grantable }],
      });
    }
  }
  return [...items.values()];
}

/** A role name at a place, quoted or not. @returns the name and where it ends. */
function roleAt(text: string, start: number): [name: string, end: number] {
  let name = '';
  let at = start;
  let quoted = false;
  for (; at < text.length; at += 1) {
    const letter = text[at]!;
    if (letter === '"') {
      if (quoted && text[at + 1] === '"') {
        name += '"';
        at += 1;
      } else quoted = !quoted;
    } else if (!quoted && (letter === '=' || letter === '/')) break;
    else name += letter;
  }
  return [name, at];
}

/** @returns the bundles of grants, each an object's. @param on by the key of the object. */
export function aclBundles(on: ReadonlyMap<Key, Bundle>): Bundles {
  return {
    kinds: new Set<Kind>(['grant']),
    on,
    placesOf: (key) => (key.startsWith('grant:') ? objectsIn(key) : []),
  };
}
