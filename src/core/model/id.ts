/**
 * Identity: what an entry is called, never what it is like. A closed union, one member per kind; one codec
 * makes the string key of it. Names are as in the catalogs: unquoted, case kept.
 */
import { identifier, qualified } from '../../sql/quote.ts';

interface InSchema<K extends string> {
  readonly kind: K;
  readonly schema: string;
  readonly name: string;
}
interface OfRelation<K extends string> {
  readonly kind: K;
  readonly schema: string;
  readonly table: string;
  readonly name: string;
}
/** Routines of one name are told apart by the types of their input arguments. */
interface Routine<K extends string> extends InSchema<K> {
  /** As format_type prints them under an empty search_path, with `, ` between them: `integer, shop.state`. */
  readonly args: string;
}
interface Named<K extends string> {
  readonly kind: K;
  readonly name: string;
}

export type SchemaId = Named<'schema'>;
export type ExtensionId = Named<'extension'>;
export type TableId = InSchema<'table'>;
/** A column of any relation: table, partitioned table, view. */
export type ColumnId = OfRelation<'column'>;
/**
 * What a column has of its own though the table has it from elsewhere: from the table that it is a partition of, from
 * one that it inherits, or from the type that it is made of.
 */
export type InheritedColumnId = OfRelation<'inherited-column'>;
/** A column's default, or its generation expression. `name` is the column's. */
export type DefaultId = OfRelation<'default'>;
export type ConstraintId = OfRelation<'constraint'>;
export type IndexId = InSchema<'index'>;
/** What an index of a table is to it besides. */
export type IndexMarkId = {
  readonly kind: 'index-mark';
  readonly schema: string;
  readonly table: string;
  readonly name: 'cluster' | 'replica identity';
};
/** What a column of an index has of its own. */
export type IndexColumnId = {
  readonly kind: 'index-column';
  readonly schema: string;
  readonly table: string;
  readonly index: string;
  /** Its number, from 1: most are expressions, which have no name. */
  readonly name: string;
};
export type ViewId = InSchema<'view'>;
export type MaterializedViewId = InSchema<'materialized-view'>;
export type ForeignTableId = InSchema<'foreign-table'>;
export type SequenceId = InSchema<'sequence'>;
/** `OWNED BY` of a sequence. */
export type OwnedById = InSchema<'owned-by'>;
export type EnumId = InSchema<'enum'>;
/** CREATE DOMAIN: not what we call a domain. */
export type DomainTypeId = InSchema<'domain-type'>;
/** A check constraint of a domain type. */
export type DomainConstraintId = {
  readonly kind: 'domain-constraint';
  readonly schema: string;
  readonly domain: string;
  readonly name: string;
};
export type CompositeTypeId = InSchema<'composite-type'>;
export type RangeTypeId = InSchema<'range-type'>;
/** A type made of functions: CREATE TYPE name (INPUT = …). */
export type BaseTypeId = InSchema<'base-type'>;
/** A type that is but a name, and what the functions of a base type, or the canonical one of a range, are made on. */
export type ShellTypeId = InSchema<'shell-type'>;
export type CollationId = InSchema<'collation'>;
export type ConversionId = InSchema<'conversion'>;
/** Extended statistics: what CREATE STATISTICS makes. */
export type StatisticsId = InSchema<'statistics'>;
export type TextSearchParserId = InSchema<'text-search-parser'>;
export type TextSearchTemplateId = InSchema<'text-search-template'>;
export type TextSearchDictionaryId = InSchema<'text-search-dictionary'>;
export type TextSearchConfigurationId = InSchema<'text-search-configuration'>;
/** A function, window function or procedure. */
export type FunctionId = Routine<'function'>;
export type AggregateId = Routine<'aggregate'>;
/** Operators of one name are told apart by the types of their operands, as format_type prints them. */
export interface OperatorId extends InSchema<'operator'> {
  /** null: it stands before its one operand. */
  readonly left: string | null;
  readonly right: string;
}
/** Operator classes and families of one name are told apart by their index access method. */
interface OfAccessMethod<K extends string> extends InSchema<K> {
  readonly method: string;
}
export type OperatorFamilyId = OfAccessMethod<'operator-family'>;
export type OperatorClassId = OfAccessMethod<'operator-class'>;
/** An operator or function of a family that belongs to none of its classes. `name` is the family's. */
export interface OperatorFamilyMemberId extends OfAccessMethod<'operator-family-member'> {
  readonly member: 'operator' | 'function';
  /** Strategy number of an operator, support number of a function. */
  readonly number: number;
  readonly left: string;
  readonly right: string;
}
/** Named by its types, as format_type prints them. */
export type CastId = { readonly kind: 'cast'; readonly source: string; readonly target: string };
export type TransformId = { readonly kind: 'transform'; readonly type: string; readonly language: string };
export type LanguageId = Named<'language'>;
export type AccessMethodId = Named<'access-method'>;
/** Of a table or a view, as rules are. */
export type TriggerId = OfRelation<'trigger'>;
/** How a partition's copy of its parent's trigger fires, where that is not as the parent's does. */
export type PartitionTriggerId = OfRelation<'partition-trigger'>;
export type PolicyId = OfRelation<'policy'>;
export type RuleId = OfRelation<'rule'>;
export type EventTriggerId = Named<'event-trigger'>;
export type ForeignDataWrapperId = Named<'foreign-data-wrapper'>;
export type ForeignServerId = Named<'foreign-server'>;
export type UserMappingId = {
  readonly kind: 'user-mapping';
  readonly server: string;
  /** A role's name, or `public` for PUBLIC. */
  readonly user: string;
};
export type PublicationId = Named<'publication'>;
export type SubscriptionId = Named<'subscription'>;
/** That a publication has a table, and what of it. */
export type PublicationTableId = {
  readonly kind: 'publication-table';
  readonly publication: string;
  readonly schema: string;
  readonly table: string;
};
/** That a publication has every table of a schema. */
export type PublicationSchemaId = {
  readonly kind: 'publication-schema';
  readonly publication: string;
  readonly schema: string;
};
/** That a table is a partition of another, with its bound. Named by the partition. */
export type PartitionId = InSchema<'partition'>;
/** That a table inherits another, which it is no partition of. */
export type InheritId = InSchema<'inherit'> & { readonly parentSchema: string; readonly parent: string };
/** That a table has its columns from a composite type. Named by the table. */
export type OfTypeId = InSchema<'of-type'>;
export type RoleId = Named<'role'>;
export type RoleSettingId = { readonly kind: 'role-setting'; readonly role: string; readonly name: string };
export type MembershipId = { readonly kind: 'membership'; readonly role: string; readonly member: string };
export type CommentId = { readonly kind: 'comment'; readonly on: ObjectId };
/** What an external module, the provider, is told about an object. */
export type SecurityLabelId = {
  readonly kind: 'security-label';
  readonly on: ObjectId;
  readonly provider: string;
};
export type OwnerId = { readonly kind: 'owner'; readonly on: ObjectId };
export type GrantId = {
  readonly kind: 'grant';
  readonly on: ObjectId;
  /** A role's name, or `public` for PUBLIC. */
  readonly to: string;
  /** In lower case, as in `GRANT`: `select`, `usage`. */
  readonly privilege: string;
};
/** A configuration parameter of the server: target of grants. The whole cluster's, as roles are. */
export type ParameterId = Named<'parameter'>;
/** A tablespace itself: target of grants. The whole cluster's; what lies in it is a `tablespace` each. */
export type NamedTablespaceId = Named<'named-tablespace'>;
/** Data, but for who may reach it. `name` is its oid. */
export type LargeObjectId = Named<'large-object'>;
/** What sessions in this database begin with: everybody's (ALTER DATABASE … SET), or a role's (ALTER ROLE … IN DATABASE … SET). */
export type DatabaseSettingId = {
  readonly kind: 'database-setting';
  /** null: everybody's. */
  readonly role: string | null;
  readonly name: string;
};
/** Where an object's rows lie, if not in the database's own tablespace. */
export type TablespaceId = {
  readonly kind: 'tablespace';
  /** A constraint: its index. */
  readonly on: TableId | IndexId | MaterializedViewId | ConstraintId;
};
/** DEPENDS ON EXTENSION: the object goes when the extension does. */
export type ExtensionDependencyId = {
  readonly kind: 'extension-dependency';
  readonly on: ObjectId;
  readonly extension: string;
};
/** A privilege that an extension's object came with, and that was taken away. */
export type RevokeId = {
  readonly kind: 'revoke';
  readonly on: ObjectId;
  readonly to: string;
  readonly privilege: string;
};
export type DefaultPrivilegeId = {
  readonly kind: 'default-privilege';
  /** The role whose future objects are meant. */
  readonly role: string;
  /** null: in every schema. */
  readonly schema: string | null;
  readonly objects: DefaultPrivilegeObjects;
  readonly to: string;
  readonly privilege: string;
};
export type DefaultPrivilegeObjects =
  | 'tables'
  | 'sequences'
  | 'functions'
  | 'types'
  | 'schemas'
  | 'large objects';
/** The database itself: target of grants, comments and ownership. Has no name of its own: a plan fits any database. */
export type DatabaseId = { readonly kind: 'database' };

/** What a comment, an owner or a grant can be on. */
export type ObjectId =
  | DatabaseId
  | SchemaId
  | ExtensionId
  | TableId
  | ColumnId
  | ConstraintId
  | IndexId
  | ViewId
  | MaterializedViewId
  | ForeignTableId
  | SequenceId
  | EnumId
  | DomainTypeId
  | DomainConstraintId
  | CompositeTypeId
  | RangeTypeId
  | BaseTypeId
  | ShellTypeId
  | CollationId
  | ConversionId
  | StatisticsId
  | TextSearchParserId
  | TextSearchTemplateId
  | TextSearchDictionaryId
  | TextSearchConfigurationId
  | FunctionId
  | AggregateId
  | OperatorId
  | OperatorFamilyId
  | OperatorClassId
  | CastId
  | TransformId
  | LanguageId
  | AccessMethodId
  | TriggerId
  | PolicyId
  | RuleId
  | EventTriggerId
  | ForeignDataWrapperId
  | ForeignServerId
  | PublicationId
  | SubscriptionId
  | ParameterId
  | NamedTablespaceId
  | LargeObjectId
  | RoleId;
export type Id =
  | ObjectId
  | InheritedColumnId
  | InheritId
  | OfTypeId
  | DefaultId
  | IndexMarkId
  | IndexColumnId
  | OwnedById
  | PartitionId
  | PartitionTriggerId
  | UserMappingId
  | PublicationTableId
  | PublicationSchemaId
  | OperatorFamilyMemberId
  | RoleSettingId
  | DatabaseSettingId
  | MembershipId
  | CommentId
  | SecurityLabelId
  | OwnerId
  | GrantId
  | ExtensionDependencyId
  | TablespaceId
  | RevokeId
  | DefaultPrivilegeId;
/** What a column can be of, apart from base types. */
export type TypeId = EnumId | DomainTypeId | CompositeTypeId | RangeTypeId | BaseTypeId;
/** What has columns, and privileges as a table has them. */
export type RelationId = TableId | ViewId | MaterializedViewId | ForeignTableId;
export type Kind = Id['kind'];
export type IdOf<K extends Kind> = Extract<Id, { kind: K }>;

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

export const relationKinds = [
  'table',
  'view',
  'materialized-view',
  'foreign-table',
] as const satisfies readonly RelationId['kind'][];

/** @returns whether an id is a relation's. */
export function isRelation(id: Id): id is RelationId {
  return (relationKinds as readonly Kind[]).includes(id.kind);
}

/** @returns whether an id is a type's: the types share one namespace, with the row types of relations. */
export function isType(id: Id): id is TypeId {
  switch (id.kind) {
    case 'enum':
    case 'domain-type':
    case 'composite-type':
    case 'range-type':
    case 'base-type':
      return true;
    default:
      return false;
  }
}

/** @returns what a column, trigger or rule may be on: relations share one namespace, so no more than one of them is there. */
export function relationsOf({
  schema,
  table: name,
}: Pick<ColumnId, 'schema' | 'table'>): readonly RelationId[] {
  return relationKinds.map((kind) => ({ kind, schema, name }));
}

/** @returns what a column or constraint that is an entry of its own may be of: no more than one of them is there. */
export function tablesOf({
  schema,
  table: name,
}: Pick<ColumnId, 'schema' | 'table'>): readonly [TableId, ForeignTableId] {
  return [
    { kind: 'table', schema, name },
    { kind: 'foreign-table', schema, name },
  ];
}

/** @returns the object a dependent entry (comment, owner, grant, default, …) belongs to; the id itself for an object. */
export function objectOf(id: Id): Id {
  switch (id.kind) {
    case 'comment':
    case 'security-label':
    case 'owner':
    case 'grant':
    case 'revoke':
    case 'extension-dependency':
    case 'tablespace':
      return objectOf(id.on);
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
  switch (id.kind) {
    case 'schema':
      return id.name;
    case 'comment':
    case 'security-label':
    case 'owner':
    case 'grant':
    case 'revoke':
    case 'extension-dependency':
    case 'tablespace':
      return schemaOf(id.on);
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
