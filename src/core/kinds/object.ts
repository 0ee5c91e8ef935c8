/** How SQL names an object in COMMENT ON, ALTER … OWNER TO and GRANT. */
import { dollarQuoted, identifier, literal, qualified } from '../../sql/quote.ts';
import { type ObjectId, isRelation, nameOf } from '../model/id.ts';
import type { Lock } from '../model/statement.ts';

/** @returns `TABLE auth.users`, `COLUMN auth.users.email`: the object class and its name. The database is the current one, which only a DO block can name. */
export function objectClause(id: ObjectId): string {
  switch (id.kind) {
    case 'database':
      throw new TypeError('the current database has no name in a plan');
    case 'schema':
    case 'extension':
    case 'role':
    case 'event-trigger':
    case 'foreign-data-wrapper':
    case 'publication':
    case 'subscription':
    case 'language':
    case 'access-method':
      return `${words(id.kind)} ${identifier(id.name)}`;
    case 'table':
    case 'view':
    case 'sequence':
    case 'index':
    case 'materialized-view':
    case 'foreign-table':
    case 'collation':
    case 'conversion':
    case 'statistics':
    case 'text-search-parser':
    case 'text-search-template':
    case 'text-search-dictionary':
    case 'text-search-configuration':
      return `${words(id.kind)} ${qualified(id.schema, id.name)}`;
    case 'operator':
    case 'operator-family':
    case 'operator-class':
    case 'cast':
    case 'transform':
      return `${words(id.kind)} ${nameOf(id)}`;
    case 'domain-type':
      return `DOMAIN ${qualified(id.schema, id.name)}`;
    case 'domain-constraint':
      return `CONSTRAINT ${identifier(id.name)} ON DOMAIN ${qualified(id.schema, id.domain)}`;
    case 'enum':
    case 'composite-type':
    case 'range-type':
    case 'base-type':
    case 'shell-type':
      return `TYPE ${qualified(id.schema, id.name)}`;
    case 'parameter':
      return `PARAMETER ${nameOf(id)}`;
    case 'named-tablespace':
      return `TABLESPACE ${nameOf(id)}`;
    case 'large-object':
      return `LARGE OBJECT ${id.name}`;
    case 'foreign-server':
      return `SERVER ${identifier(id.name)}`;
    case 'function':
    case 'aggregate':
      // The word for all of them: a function's id does not tell it from a procedure's.
      return `ROUTINE ${nameOf(id)}`;
    case 'column':
      return `COLUMN ${qualified(id.schema, id.table, id.name)}`;
    case 'constraint':
    case 'trigger':
    case 'policy':
    case 'rule':
      return `${id.kind.toUpperCase()} ${identifier(id.name)} ON ${qualified(id.schema, id.table)}`;
  }
}

/** Most kinds are called in SQL what they are called here. */
const words = (kind: ObjectId['kind']): string => kind.toUpperCase().replaceAll('-', ' ');

/**
 * A statement on the current database, whose name no plan knows.
 * @param template for format(): `%I` is the database's name; a percent sign of the statement's own is doubled here.
 */
export function onCurrentDatabase(template: string): string {
  const format = template.replaceAll('%', '%%').replace('%%I', '%I');
  return `DO ${dollarQuoted(`
BEGIN
  EXECUTE pg_catalog.format(${literal(format)}, pg_catalog.current_database());
END
`)}`;
}

/** The relation that a statement about the object locks, in this mode; nothing for what is no relation. */
export function relationLock(id: ObjectId, mode: Lock['mode']): readonly Lock[] {
  if (isRelation(id)) return [{ mode, relation: qualified(id.schema, id.name) }];
  switch (id.kind) {
    case 'sequence':
    case 'index':
      return [{ mode, relation: qualified(id.schema, id.name) }];
    case 'column':
    case 'constraint':
    case 'trigger':
    case 'policy':
    case 'rule':
      return [{ mode, relation: qualified(id.schema, id.table) }];
    default:
      return [];
  }
}
