/** What one introspection gathers: entries, edges, and which key stands for which object of the server. */
import type { TransactionSql } from 'postgres';
import type { Edge, NotAnalysed } from '../../core/model/catalog.ts';
import type { Bundle } from '../../core/model/entry-map.ts';
import type { Entry } from '../../core/model/entry.ts';
import { type GrantId, type Key, type ObjectId, keyOf } from '../../core/model/id.ts';
import { type AclItem, parseAcl } from './acl.ts';
import type { Address, AddressMap } from './address.ts';
import type { Relation } from './relation.ts';

export { address } from './address.ts';

export interface Reading {
  readonly sql: TransactionSql;
  readonly serverVersion: number;
  readonly entries: Map<Key, Entry>;
  /** Those that pg_depend tells of; what an entry tells of itself is asked of its kind. */
  readonly edges: Edge[];
  readonly notAnalysed: NotAnalysed[];
  readonly keys: AddressMap<Key>;
  /** By oid. */
  readonly relations: Map<number, Relation>;
  /** By object; grants are made of them when somebody asks. */
  readonly acls: Map<Key, Bundle>;
  /** Most objects share theirs with others. */
  readonly parsedAcls: Map<string, readonly AclItem[]>;
  /** By table; what is in it is made when somebody asks. */
  readonly parts: Map<Key, Bundle>;
  /** @returns what is at an address in one of these. */
  readonly partAt: (at: Address) => Entry | undefined;
  /** By type, the shell that its functions are made on. */
  readonly shells: Map<Key, Key>;
  /** By a table's oid, the tables that it has columns from, in order. */
  readonly parents: Map<number, readonly number[]>;
  /** Of a column that its table has from elsewhere, what stands for it: the table, and the columns that it is from. */
  readonly inherited: AddressMap<readonly Key[]>;
  /** By a partition's oid, the names of its inherited NOT NULL constraints that are not its parent's. */
  readonly notNullNames: Map<number, { [column: string]: string }>;
}

/** Adds an entry, under its address if it has one. */
export function add(reading: Reading, entry: Entry, at?: Address): void {
  const key = keyOf(entry.id);
  reading.entries.set(key, entry);
  if (at !== undefined) reading.keys.set(at, key);
}

/** @returns the entry at an address, wherever it is. */
export function entryAt({ keys, entries, partAt }: Reading, at: Address): Entry | undefined {
  const key = keys.get(at);
  return key === undefined ? undefined : (entries.get(key) ?? partAt(at));
}

/** What most objects carry besides their own attributes. */
export interface Carried {
  readonly owner?: string;
  readonly comment: string | null;
  /** An `aclitem[]` as text. */
  readonly acl?: string | null;
}

/** Grants are more than anything else is: they share what they have in common. */
const [withOption, withoutOption] = [{ grantable: true }, { grantable: false }];

/** Adds the owner, comment and privileges of an object. */
export function addCarried(reading: Reading, on: ObjectId, { owner, comment, acl }: Carried): void {
  if (owner !== undefined) add(reading, { id: { kind: 'owner', on }, attrs: { role: owner } });
  if (comment !== null) add(reading, { id: { kind: 'comment', on }, attrs: { text: comment } });
  if (acl === undefined || acl === null) return;
  reading.acls.set(keyOf(on), {
    on,
    texts: [owner ?? '', acl],
    entries: () => grantsOf(reading, on, owner, acl),
  });
}

function* grantsOf(
  { parsedAcls }: Reading,
  on: ObjectId,
  owner: string | undefined,
  acl: string,
): Iterable<Entry> {
  let items = parsedAcls.get(acl);
  if (items === undefined) parsedAcls.set(acl, (items = parseAcl(acl)));
  for (const { to, privilege, grantable, given } of items) {
    const id: GrantId = { kind: 'grant', on, to, privilege };
    const attrs = grantable ? withOption : withoutOption;
    // That the owner gave it goes without saying.
    const isOwners = given.length === 1 && given[0]!.grantor === owner;
    yield isOwners ? { id, attrs } : { id, attrs, aside: { given } };
  }
}

/** SQL: that the namespace with this oid column is not the system's. */
export const userNamespace = `(n.nspname !~ '^pg_' and n.nspname <> 'information_schema')`;

/** SQL: that an object did not come with the server: what its users make is numbered from there on. */
export const isMade = (oid: string): string => `${oid} >= 16384`;

/** SQL: that an object does not belong to an extension. */
export const notOfExtension = (catalog: string, oid: string): string =>
  `not exists (select from pg_depend e where e.classid = '${catalog}'::regclass and e.objid = ${oid}
    and e.refclassid = 'pg_extension'::regclass and e.deptype = 'e')`;

/** SQL: joins the comment on an object, cm.description: one pass over all, where obj_description() takes one a row. */
export const commentOf = (catalog: string, oid: string, sub = '0'): string =>
  `left join pg_description cm on cm.classoid = '${catalog}'::regclass and cm.objoid = ${oid} and cm.objsubid = ${sub}`;
