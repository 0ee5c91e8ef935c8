/** Which privileges there are on what (PostgreSQL's manual, 5.8, table 5.2), and what an object's owner and PUBLIC begin with. */
import type { ObjectId } from '../model/id.ts';

const table = ['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'];

/** @returns every privilege on this kind of object that the server knows, in the manual's order; none for what has no ACL. */
export function privilegesOn(kind: ObjectId['kind'], serverVersion: number): readonly string[] {
  switch (kind) {
    case 'table':
    case 'view':
    case 'materialized-view':
    case 'foreign-table':
      return serverVersion >= 170000 ? [...table, 'maintain'] : table;
    case 'column':
      return ['select', 'insert', 'update', 'references'];
    case 'sequence':
      return ['usage', 'select', 'update'];
    case 'schema':
      return ['usage', 'create'];
    case 'database':
      return ['create', 'connect', 'temporary'];
    case 'parameter':
      return ['set', 'alter system'];
    case 'named-tablespace':
      return ['create'];
    case 'large-object':
      return ['select', 'update'];
    case 'enum':
    case 'domain-type':
    case 'composite-type':
    case 'range-type':
    case 'base-type':
    case 'shell-type':
    case 'foreign-data-wrapper':
    case 'foreign-server':
    case 'language':
      return ['usage'];
    case 'function':
    case 'aggregate':
      return ['execute'];
    case 'extension':
    case 'constraint':
    case 'domain-constraint':
    case 'index':
    case 'role':
    case 'trigger':
    case 'policy':
    case 'rule':
    case 'event-trigger':
    case 'publication':
    case 'subscription':
    case 'collation':
    case 'conversion':
    case 'statistics':
    case 'text-search-parser':
    case 'text-search-template':
    case 'text-search-dictionary':
    case 'text-search-configuration':
    case 'operator':
    case 'operator-family':
    case 'operator-class':
    case 'cast':
    case 'transform':
    case 'access-method':
      return [];
  }
}

/** @returns what PUBLIC holds on a new object without any GRANT (acldefault()). */
export function publicPrivileges(kind: ObjectId['kind']): readonly string[] {
  switch (kind) {
    case 'database':
      return ['connect', 'temporary'];
    case 'enum':
    case 'domain-type':
    case 'composite-type':
    case 'range-type':
    case 'base-type':
    case 'shell-type':
    case 'language':
      return ['usage'];
    case 'function':
    case 'aggregate':
      return ['execute'];
    default:
      return [];
  }
}
