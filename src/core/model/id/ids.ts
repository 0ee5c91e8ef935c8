/**
 * What an entry is called, never what it is like. A closed union, one member per kind. Names are as in the catalogs:
 * unquoted, case kept.
 */

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
