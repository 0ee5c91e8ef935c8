/** The one codec that makes a string of an id. */
import { identifier, qualified } from '../../../sql/quote.ts';
import type { Id, Kind, ObjectId } from './ids.ts';

/** The string form of an id, unique and sortable: its kind and its names as SQL writes them. */
export type Key = string & { readonly __key: true };

/** @returns the key of an id: equal ids give equal keys, different ids different ones. */
export function keyOf(id: Id): Key {
  return `${id.kind}:${nameOf(id)}` as Key;
}

/** @returns the kind of what a key stands for. */
export function kindIn(key: Key): Kind {
  return key.slice(0, key.indexOf(':')) as Kind;
}

/** @returns the objects that the entry of this key may be on, if it is a privilege or an owner: a quoted name may have ` to ` in it. */
export function* objectsIn(key: Key): Generator<Key> {
  // `owner:table shop.orders`, `grant:select on table shop.orders to app`
  if (key.startsWith('owner:')) yield key.slice('owner:'.length).replace(' ', ':') as Key;
  if (!key.startsWith('grant:')) return;
  const object = key.slice(key.indexOf(' on ') + 4).replace(' ', ':');
  for (let end = object.indexOf(' to '); end !== -1; end = object.indexOf(' to ', end + 1))
    yield object.slice(0, end) as Key;
}

/** The object that was described last: what is on one object (owner, comment, a dozen grants) comes in a row. */
let latest: { readonly on: ObjectId; readonly text: string } | undefined;
function described(on: ObjectId): string {
  if (latest?.on !== on) latest = { on, text: `${on.kind} ${nameOf(on)}` };
  return latest.text;
}

/** @returns an id as people write it: `auth.users`, `auth.users.email`, `select on auth.users to app`. */
export function nameOf(id: Id): string {
  switch (id.kind) {
    case 'database':
      return 'database';
    case 'schema':
    case 'extension':
    case 'role':
    case 'event-trigger':
    case 'foreign-data-wrapper':
    case 'foreign-server':
    case 'publication':
    case 'subscription':
    case 'language':
    case 'access-method':
    case 'named-tablespace':
      return identifier(id.name);
    case 'large-object':
      return id.name;
    case 'table':
    case 'index':
    case 'view':
    case 'materialized-view':
    case 'foreign-table':
    case 'sequence':
    case 'owned-by':
    case 'enum':
    case 'domain-type':
    case 'composite-type':
    case 'range-type':
    case 'base-type':
    case 'shell-type':
    case 'collation':
    case 'conversion':
    case 'statistics':
    case 'text-search-parser':
    case 'text-search-template':
    case 'text-search-dictionary':
    case 'text-search-configuration':
    case 'partition':
    case 'of-type':
      return qualified(id.schema, id.name);
    case 'function':
    case 'aggregate':
      return `${qualified(id.schema, id.name)}(${id.args})`;
    case 'operator':
      return `${identifier(id.schema)}.${id.name} (${id.left ?? 'NONE'}, ${id.right})`;
    case 'operator-family':
    case 'operator-class':
      return `${qualified(id.schema, id.name)} USING ${identifier(id.method)}`;
    case 'operator-family-member':
      return `${qualified(id.schema, id.name)} USING ${identifier(id.method)} ${id.member} ${id.number} (${id.left}, ${id.right})`;
    case 'cast':
      return `(${id.source} AS ${id.target})`;
    case 'transform':
      return `FOR ${id.type} LANGUAGE ${identifier(id.language)}`;
    case 'inherit':
      return `${qualified(id.schema, id.name)} from ${qualified(id.parentSchema, id.parent)}`;
    case 'column':
    case 'inherited-column':
    case 'default':
    case 'constraint':
    case 'index-mark':
    case 'trigger':
    case 'partition-trigger':
    case 'policy':
    case 'rule':
      return qualified(id.schema, id.table, id.name);
    case 'index-column':
      return `${qualified(id.schema, id.index)} column ${id.name}`;
    case 'domain-constraint':
      return qualified(id.schema, id.domain, id.name);
    case 'publication-table':
      return `${qualified(id.schema, id.table)} in ${identifier(id.publication)}`;
    case 'publication-schema':
      return `${identifier(id.schema)} in ${identifier(id.publication)}`;
    case 'user-mapping':
      return `${identifier(id.user)} on ${identifier(id.server)}`;
    case 'role-setting':
      return qualified(id.role, id.name);
    case 'database-setting':
      return id.role === null ? id.name : `${identifier(id.role)} ${id.name}`;
    case 'membership':
      return `${identifier(id.member)} in ${identifier(id.role)}`;
    case 'parameter':
      return qualified(...id.name.split('.'));
    case 'extension-dependency':
      return `${id.on.kind} ${nameOf(id.on)} on ${identifier(id.extension)}`;
    case 'comment':
    case 'owner':
    case 'tablespace':
      return described(id.on);
    case 'security-label':
      return `${identifier(id.provider)} on ${described(id.on)}`;
    case 'grant':
    case 'revoke':
      return `${id.privilege} on ${described(id.on)} to ${identifier(id.to)}`;
    case 'default-privilege': {
      const where = id.schema === null ? '' : ` in ${identifier(id.schema)}`;
      return `${id.privilege} on ${id.objects}${where} of ${identifier(id.role)} to ${identifier(id.to)}`;
    }
  }
}
