/** Where an id belongs: the object that it is on or a part of, the relation, the schema. */
import type { Id } from './ids.ts';

/** @returns the object a dependent entry (comment, owner, grant, default, …) belongs to; the id itself for an object. */
export function objectOf(id: Id): Id {
  if ('on' in id) return objectOf(id.on);
  switch (id.kind) {
    case 'column':
    case 'inherited-column':
    case 'default':
    case 'constraint':
    case 'index-mark':
    case 'trigger':
    case 'partition-trigger':
    case 'policy':
    case 'rule':
      return { kind: 'table', schema: id.schema, name: id.table };
    case 'domain-constraint':
      return { kind: 'domain-type', schema: id.schema, name: id.domain };
    case 'index-column':
      return { kind: 'index', schema: id.schema, name: id.index };
    case 'operator-family-member':
      return { kind: 'operator-family', schema: id.schema, name: id.name, method: id.method };
    case 'owned-by':
      return { kind: 'sequence', schema: id.schema, name: id.name };
    case 'partition':
    case 'inherit':
    case 'of-type':
      return { kind: 'table', schema: id.schema, name: id.name };
    case 'publication-table':
      return { kind: 'table', schema: id.schema, name: id.table };
    case 'publication-schema':
      return { kind: 'schema', name: id.schema };
    case 'role-setting':
      return { kind: 'role', name: id.role };
    case 'database-setting':
      return { kind: 'database' };
    default:
      return id;
  }
}

/** Of what is at home in no relation. */
const nowhere = ['', ''] as const;

/** @returns schema and name of the relation that an id belongs to, as part of it or as what is on it; of what else lies in a schema, its own. */
export function homeOf(id: Id): readonly [schema: string, name: string] {
  if ('on' in id) return homeOf(id.on);
  if (!('schema' in id) || id.schema === null) return nowhere;
  return [id.schema, 'table' in id ? id.table : 'name' in id ? id.name : ''];
}

/** @returns the schema an id lies in (a schema lies in itself; a cast, a transform where its type does), or undefined for what lies in none. */
export function schemaOf(id: Id): string | undefined {
  if ('on' in id) return schemaOf(id.on);
  switch (id.kind) {
    case 'schema':
      return id.name;
    case 'default-privilege':
      return id.schema ?? undefined;
    case 'database':
    case 'extension':
    case 'event-trigger':
    case 'foreign-data-wrapper':
    case 'foreign-server':
    case 'user-mapping':
    case 'publication':
    case 'subscription':
    case 'parameter':
    case 'named-tablespace':
    case 'large-object':
    case 'database-setting':
    case 'role':
    case 'role-setting':
    case 'membership':
    case 'language':
    case 'access-method':
      return undefined;
    case 'cast':
      return schemaOfType(id.source) ?? schemaOfType(id.target);
    case 'transform':
      return schemaOfType(id.type);
    default:
      return id.schema;
  }
}

/** @param type as format_type prints it under an empty search_path: what is not qualified is the server's own. */
function schemaOfType(type: string): string | undefined {
  const [, quoted, plain] = /^(?:"((?:[^"]|"")+)"|([^".\s]+))\./.exec(type) ?? [];
  return plain ?? quoted?.replaceAll('""', '"');
}
